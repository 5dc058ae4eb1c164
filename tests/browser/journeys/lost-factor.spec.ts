// Somebody has lost every second factor, and ICANN helps (second half of ID-8).

import { enrolTotp } from "./enrol.ts";
import { mailText, openMail } from "./mailbox.ts";
import { PASSWORD, password, signIn } from "./people.ts";
import { expect, test } from "./portal.ts";

test("staff verify who lost an authenticator and reset it; the user begins anew", async ({ stranger }) => {
  const [user, staff] = [await stranger(), await stranger()];
  const email = "simone@northgable.example";
  await signIn(user, email);
  const lost = await stranger();
  await lost.goto("/sign-in");
  await password(lost, email);
  await lost.getByRole("link", { name: "Lost your authenticator?" }).click();
  await expect(lost.getByRole("link", { name: "help@naming-services.example" })).toBeVisible();
  await lost.getByRole("link", { name: "Use a recovery code" }).click();
  await expect(lost.getByRole("heading", { level: 1 })).toHaveText("Recovery code");

  await signIn(staff, "sibusiso@naming-services.example");
  await staff.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Users" }).click();
  await staff.getByLabel("Part of name or e-mail").fill("SIMONE@north");
  await staff.getByRole("button", { name: "Search", exact: true }).click();
  await staff.getByRole("link", { name: "Simone Archambeau" }).click();
  await staff.getByRole("link", { name: "Reset lost factors" }).click();
  await staff.getByLabel("How did you verify that it is them?").fill("ok");
  await staff.getByRole("button", { name: "Remove password and factors" }).click();
  await expect(staff.locator("#verification-error")).toBeVisible();
  const how = "Called back on the number on file.";
  await staff.getByLabel("How did you verify that it is them?").fill(how);
  await staff.getByRole("button", { name: "Remove password and factors" }).click();
  await expect(staff.getByText("Password and second factors are removed")).toBeVisible();
  await expect(staff.getByRole("row", { name: new RegExp(how) })).toContainText("Sibusiso Maphanga");

  // Out at the next click.
  await user.getByRole("link", { name: "Cases" }).first().click();
  await expect(user).toHaveURL(/\/sign-in/);
  await openMail(user, email, "your second factors were removed");
  const link = /\S+\/sign-in\/reset\/\S+/.exec(await mailText(user))?.[0] ?? "";
  await user.goto(link);
  const chosen = `${PASSWORD}-harbour-17`;
  await user.getByLabel("New password").fill(chosen);
  await user.getByRole("button", { name: "Set password" }).click();
  await password(user, email, chosen);
  await enrolTotp(user);
  await user.goto("/my/security");
  await expect(user.getByText("You have 10 left of ten.")).toBeVisible();
});
