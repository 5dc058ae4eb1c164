// Maintenance windows: added with a clash on the way, deleted in bulk but for the ongoing one, the end of an ongoing one moved,
// and the calendar feed from its making to its end.

import type { Page } from "@playwright/test";
import { expect, test, unique } from "./portal.ts";

/** A time in London as a date-and-time field takes it, so many minutes from now. */
function london(minutes: number): string {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/London", dateStyle: "short", timeStyle: "short" }).format(Date.now() + minutes * 60_000);
  return parts.replace(" ", "T");
}

/** Fills in the first step; services and TLDs are ticked by name. */
async function fillIn(page: Page, window: { name: string; tlds: string[]; services: string[]; start: string; end: string }): Promise<void> {
  await page.goto("/maintenance/new");
  for (const tld of window.tlds) await page.getByRole("checkbox", { name: tld }).check();
  for (const service of window.services) await page.getByRole("checkbox", { name: service, exact: true }).check();
  await page.getByLabel("Name").fill(window.name);
  await page.getByLabel(/^Start/).fill(window.start);
  await page.getByLabel(/^End/).fill(window.end);
  await page.getByRole("button", { name: "Next", exact: true }).last().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Verify");
}

async function validateAndSubmit(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Validate" }).click();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByText("The windows are added, and enabled.")).toBeVisible();
  await expect(page).toHaveURL("/maintenance?view=enabled");
}

/** The rows of the list with a name. */
async function listed(page: Page, name: string): Promise<number> {
  await page.goto(`/maintenance?q=${encodeURIComponent(name)}`);
  return page.locator("#list a[data-row]").count();
}

/** Days ahead that no other run has used, nor the demonstration data. */
const day = () => 60 * 24 * (40 + Math.floor(Math.random() * 250));

test("windows are added after a clash was corrected", async ({ as }) => {
  const page = await as("rhys");
  const [first, second] = [unique("First"), unique("Second")];
  const at = day();
  await fillIn(page, { name: first, tlds: [".towpath"], services: ["EPP"], start: london(at), end: london(at + 120) });
  await validateAndSubmit(page);

  await fillIn(page, { name: second, tlds: [".towpath", ".marketcross"], services: ["EPP"], start: london(at + 60), end: london(at + 180) });
  await expect(page.getByText("Not validated yet")).toHaveCount(2);
  await page.getByRole("button", { name: "Validate" }).click();
  const bad = page.locator("tr.bad");
  await expect(bad).toHaveCount(1);
  await expect(bad).toContainText(`Overlaps “${first}”, EPP of .towpath`);
  await expect(bad).toContainText("made by Rhys Pendarvis");
  await expect(page.getByRole("button", { name: "Submit" })).toHaveCount(0);

  // Back keeps the entries; a later start is out of the way.
  await page.getByRole("button", { name: "Back" }).click();
  await expect(page.getByLabel("Name")).toHaveValue(second);
  await expect(page.getByRole("checkbox", { name: ".marketcross" })).toBeChecked();
  await page.getByLabel(/^Start/).fill(london(at + 120));
  await page.getByRole("button", { name: "Next", exact: true }).last().click();
  await validateAndSubmit(page);
  expect(await listed(page, second)).toBe(2);

  // Cancel makes nothing.
  const third = unique("Third");
  await fillIn(page, { name: third, tlds: [".ferrylane"], services: ["RDAP"], start: london(at), end: london(at + 60) });
  await page.getByRole("link", { name: "Cancel" }).click();
  expect(await listed(page, third)).toBe(0);
});

test("an ongoing window is refused in bulk, and only its end moves", async ({ as }) => {
  const page = await as("rhys");
  const name = unique("Bulk");
  const at = day();
  await fillIn(page, { name, tlds: [".towpath"], services: ["RDDS", "RDAP"], start: london(at), end: london(at + 60) });
  await validateAndSubmit(page);
  await fillIn(page, { name, tlds: [".towpath"], services: ["Zone file access"], start: london(-1), end: london(3) });
  await validateAndSubmit(page);

  expect(await listed(page, name)).toBe(3);
  await page.locator("#window-all").check();
  await page.getByRole("button", { name: "Delete ticked" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Delete 3 windows?");
  await page.getByRole("button", { name: "Validate" }).click();
  const bad = page.locator("tr.bad");
  await expect(bad).toHaveCount(1);
  await expect(bad).toContainText("It has begun");
  await expect(page.getByRole("button", { name: "Delete", exact: true })).toHaveCount(0);
  expect(await listed(page, name), "nothing was deleted").toBe(3);

  await page.locator("#window-all").check();
  await page.getByRole("button", { name: "Delete ticked" }).click();
  await page.getByRole("row", { name: "Ongoing" }).getByRole("checkbox").uncheck();
  await page.getByRole("button", { name: "Validate" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByText("The windows are deleted.")).toBeVisible();
  expect(await listed(page, name)).toBe(1);

  await page.locator("#list a[data-row]").first().click();
  await expect(page.getByRole("link", { name: "Delete" })).toHaveCount(0);
  await page.getByRole("link", { name: "Edit" }).click();
  await expect(page.getByLabel("Name")).toHaveCount(0);
  await page.getByLabel(/^End/).fill(london(2));
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(page.locator("main")).toContainText(london(2).slice(11));
});

test("without a script, many TLDs are filtered and ticked", async ({ as }) => {
  const page = await as("omar", { javaScriptEnabled: false });
  await page.goto("/maintenance/new");
  const boxes = page.locator("#tld-choices input");
  await expect(boxes).toHaveCount(40);
  await page.getByLabel("Show only TLDs with").fill("makers");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByRole("button", { name: "Tick those shown" })).toBeVisible();
  const shown = await boxes.count();
  expect(shown).toBeGreaterThan(0);
  expect(shown).toBeLessThan(40);
  await page.getByRole("button", { name: "Tick those shown" }).click();
  await expect(page.locator("#tld-choices input:checked")).toHaveCount(shown);
  await page.getByRole("checkbox", { name: "DNS", exact: true }).check();
  const name = unique("No script");
  const at = day();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel(/^Start/).fill(london(at));
  await page.getByLabel(/^End/).fill(london(at + 30));
  await page.getByRole("button", { name: "Next", exact: true }).last().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Verify ${shown} window${shown === 1 ? "" : "s"}`);
  await validateAndSubmit(page);
  expect(await listed(page, name)).toBe(shown);
});

test("a calendar feed is made, fetched, revoked and gone", async ({ as, stranger }) => {
  const [page, program] = [await as("omar"), (await stranger()).request];
  await page.goto("/maintenance/feed");
  await page.getByRole("button", { name: "Make the address" }).click();
  const address = (await page.locator("#feed-address").innerText()).trim();
  const path = new URL(address).pathname;
  const calendar = await program.get(path);
  expect(calendar.status()).toBe(200);
  expect(calendar.headers()["content-type"]).toContain("text/calendar");
  expect(await calendar.text()).toContain("BEGIN:VCALENDAR");
  const again = await program.get(path, { headers: { "If-None-Match": calendar.headers()["etag"] } });
  expect(again.status()).toBe(304);

  await page.getByRole("link", { name: "I have copied it" }).click();
  await expect(page.locator("main")).not.toContainText(path);
  await page.getByRole("link", { name: "Revoke the address" }).click();
  await page.getByRole("button", { name: "Revoke the address" }).click();
  await expect(page.getByText("The address is revoked.")).toBeVisible();
  expect((await program.get(path)).status()).toBe(404);
});
