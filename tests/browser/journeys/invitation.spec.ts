// A contact becomes a user by invitation (ID-4).

import type { Page } from "@playwright/test";
import { enrolTotp } from "./enrol.ts";
import { mailText, openMail } from "./mailbox.ts";
import { PASSWORD, password, signIn } from "./people.ts";
import { expect, test } from "./portal.ts";

const CHOSEN = `${PASSWORD}-lighthouse-42`;

/** Opens the form that invites a contact, from the tab of the account. */
async function openInvitation(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Account" }).click();
  await page.getByRole("link", { name: `Invite ${name}` }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Invite ${name}`);
}

/** The link in the latest mail to somebody who is invited. */
async function invitationLink(page: Page, email: string): Promise<string> {
  await openMail(page, email, "your access to");
  return /\S+\/invitation\/\S+/.exec(await mailText(page))?.[0] ?? "";
}

test("an administrator invites a contact, who chooses a password, adds an authenticator and sees the account", async ({ stranger }) => {
  const [jane, helen] = [await stranger(), await stranger()];
  const email = "helen.ashgrove@acme-registry.example";
  await signIn(jane, "jane@acme-registry.example");
  await openInvitation(jane, "Helen Ashgrove");

  // Nothing ticked: the form says so, and keeps what was ticked.
  await jane.getByRole("checkbox", { name: ".towpath" }).check();
  await jane.getByRole("button", { name: "Send the invitation" }).click();
  await expect(jane.locator("#roles-error")).toBeVisible();
  await expect(jane.getByRole("checkbox", { name: ".towpath" })).toBeChecked();
  await jane.getByRole("checkbox", { name: "Cases" }).check();
  await jane.getByRole("button", { name: "Send the invitation" }).click();
  await expect(jane.getByText("A mail is on its way.")).toBeVisible();
  const row = jane.getByRole("row", { name: /Helen Ashgrove/ });
  await expect(row).toContainText("Invited");
  await expect(row).toContainText(".towpath");

  const link = await invitationLink(helen, email);
  await helen.goto(link);
  await expect(helen.getByRole("heading", { level: 1 })).toHaveText("Welcome, Helen Ashgrove");
  await expect(helen.locator("main")).toContainText("Jane Okoye invites you to work for Acme Registry Ltd");
  await helen.locator("#password").fill("helenashgrove");
  await helen.getByRole("button", { name: "Set password" }).click();
  await expect(helen.locator("#password-error")).toBeVisible();
  await helen.locator("#password").fill(CHOSEN);
  await helen.getByRole("button", { name: "Set password" }).click();
  await expect(helen.getByText("Your password is set.")).toBeVisible();

  await password(helen, email, CHOSEN);
  await enrolTotp(helen);
  await helen.goto("/");
  await expect(helen.locator("details.menu.account > summary")).toContainText("Acme Registry Ltd");
  await helen.goto("/cases/new");
  await expect(helen.getByRole("button", { name: "Submit inquiry" })).toBeVisible();
  // A tab of administrators only.
  await expect(helen.getByRole("link", { name: "Account", exact: true })).toHaveCount(0);

  const again = await helen.goto(link);
  expect(again?.status()).toBe(410);
  await expect(helen.getByRole("heading", { level: 1 })).toHaveText("This invitation no longer works");
  await jane.reload();
  await expect(row).toContainText("Active");
});

test("an invitation that is canceled no longer works, and one that is sent again works by its new link", async ({ stranger }) => {
  const [jane, piers] = [await stranger(), await stranger()];
  const email = "piers.lockhurst@acme-registry.example";
  await signIn(jane, "jane@acme-registry.example");
  await openInvitation(jane, "Piers Lockhurst");
  await jane.getByRole("checkbox", { name: "Read only" }).check();
  await jane.getByRole("button", { name: "Send the invitation" }).click();
  const first = await invitationLink(piers, email);

  const row = jane.getByRole("row", { name: /Piers Lockhurst/ });
  await row.getByRole("link", { name: "Invite again" }).click();
  // As it was before.
  await expect(jane.getByRole("checkbox", { name: "Read only" })).toBeChecked();
  await jane.getByRole("button", { name: "Send the invitation" }).click();
  await expect(jane.getByText("A mail is on its way.")).toBeVisible();
  let second = first;
  await expect(async () => {
    second = await invitationLink(piers, email);
    expect(second).not.toBe(first);
  }).toPass();
  expect((await piers.goto(first))?.status()).toBe(410);
  expect((await piers.goto(second))?.status()).toBe(200);

  await row.getByRole("link", { name: "Cancel" }).click();
  await expect(jane.getByRole("heading", { level: 1 })).toHaveText("Cancel the invitation of Piers Lockhurst?");
  await jane.getByRole("button", { name: "Cancel the invitation" }).click();
  await expect(jane.getByText("The invitation is canceled")).toBeVisible();
  await expect(row.getByRole("link", { name: "Invite", exact: false })).toBeVisible();
  expect((await piers.goto(second))?.status()).toBe(410);
});
