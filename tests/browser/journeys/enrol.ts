// Adding the first authenticator.

import { expect, type Page } from "@playwright/test";
import { totp } from "./people.ts";

/** Adds the authenticator that a first sign-in asks for, up to the recovery codes. */
export async function enrolTotp(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/sign-in\/enrol/);
  const secret = (await page.locator("#secret").innerText()).replaceAll(/\s/g, "");
  await page.getByLabel("Code from the app").fill(totp(secret, Math.floor(Date.now() / 30_000)));
  await page.getByRole("button", { name: "Add and sign in" }).click();
  await expect(page.locator("#codes")).toBeVisible();
}
