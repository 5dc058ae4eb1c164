// TLS client authentication: an entry for two TLDs from its first mistake to its end, with a factor asked for in place; and a
// provider's upload, to which a registry objects, all of it without a script.

import type { Page } from "@playwright/test";
import { SHARED, code, makeFactorFresh, makeFactorOld, signIn } from "./people.ts";
import { expect, test } from "./portal.ts";

/** A host name that no entry has. */
const unused = () => `t${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}.tlsa.example`;

async function confirm(page: Page, email: string): Promise<void> {
  await expect(page.getByRole("heading", { name: "Confirm that it is you" })).toBeVisible();
  await page.getByLabel("Code from your app").fill(await code(email));
  await page.getByRole("button", { name: "Confirm" }).click();
}

const next = (page: Page) => page.getByRole("button", { name: "Next", exact: true }).last().click();

test("an entry is made for two TLDs, changed and deleted", async ({ as }) => {
  const page = await as("rhys");
  const host = unused();
  await page.goto("/tls/new");
  for (const tld of [".marketcross", ".towpath"]) await page.getByRole("checkbox", { name: tld }).check();
  await page.getByLabel("Domain names").fill(host);
  await page.getByRole("checkbox", { name: "MoSAPI – TLD SLAM Data" }).check();
  await page.getByLabel("IP addresses").fill("192.0.2.1/24");
  await page.getByLabel("Note").fill("Dashboard");
  await next(page);
  await expect(page.locator("#prefixes-error")).toContainText("192.0.2.1/24");
  await expect(page.getByLabel("Domain names")).toHaveValue(host);
  await expect(page.getByRole("checkbox", { name: ".towpath" })).toBeChecked();

  await page.getByLabel("IP addresses").fill("192.0.2.0/24\n2001:db8::/48");
  await next(page);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("2 TLDs");
  await expect(page.getByText("Can be added")).toHaveCount(2);
  await makeFactorOld(page, SHARED.rhys);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await confirm(page, SHARED.rhys);
  await expect(page.getByText("The entry is added")).toBeVisible();

  // The same again is in its own way.
  await page.goto("/tls/new?tld=towpath");
  await page.getByLabel("Domain names").fill(host);
  await page.getByRole("checkbox", { name: "MoSAPI – TLD SLAM Data" }).check();
  await page.getByLabel("IP addresses").fill("192.0.2.0/24");
  await next(page);
  await expect(page.locator("tr.bad")).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Add", exact: true })).toHaveCount(0);

  // Both are found, and changed at once.
  await page.goto(`/tls/clients?host=${host}`);
  await page.locator("#client-all").check();
  await page.getByRole("button", { name: "Edit ticked" }).click();
  await page.getByRole("checkbox", { name: "Change the IP addresses" }).check();
  await page.getByLabel("IP addresses", { exact: true }).fill("198.51.100.7");
  await page.getByRole("button", { name: "Save all" }).click();
  await expect(page.getByText("The entries are changed")).toBeVisible();
  await page.goto(`/tls/clients?host=${host}`);
  await expect(page.getByText("198.51.100.7/32")).toHaveCount(2);

  await page.locator("a[data-row]").first().click();
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete the entry" }).click();
  await expect(page.getByText("The entry is deleted.")).toBeVisible();
  await page.goto(`/tls/clients?host=${host}`);
  await expect(page.locator("a[data-row]")).toHaveCount(1);
  await page.locator("#client-all").check();
  await page.getByRole("button", { name: "Delete ticked" }).click();
  await page.getByRole("button", { name: "Delete the entries" }).click();
  await expect(page.getByText("The entries are deleted.")).toBeVisible();
});

test("a provider uploads and a registry objects, without a script", async ({ as, stranger }) => {
  const provider = await as("sjoerd", { javaScriptEnabled: false });
  const host = unused();
  await makeFactorFresh(provider, SHARED.sjoerd);
  await provider.goto("/tls/uploads/new");
  await provider.getByLabel("Rows").fill("tld,domain_names,roles,prefixes\nmarketcross,*.example,everything,203.0.113.7\n");
  await provider.getByRole("button", { name: "Check the file" }).click();
  await expect(provider.getByRole("heading", { level: 1 })).toContainText("in 1 row");
  const problems = provider.waitForEvent("download");
  await provider.getByRole("button", { name: "Problems (CSV)" }).click();
  expect((await problems).suggestedFilename()).toBe("tls-clients-problems.csv");

  await provider.getByRole("button", { name: "Back to the rows" }).click();
  await provider.getByLabel("Rows").fill(`tld,domain_names,roles,prefixes\nmarketcross,${host},probe-node-list,203.0.113.7\n`);
  await provider.getByRole("button", { name: "Check the file" }).click();
  await provider.getByLabel("Your name and function").fill("Sjoerd Halbertzoon, Operations");
  await provider.getByRole("button", { name: "Upload", exact: true }).click();
  await expect(provider.locator("#attest-error")).toBeVisible();
  await provider.getByRole("checkbox", { name: "I attest this" }).check();
  await provider.getByRole("button", { name: "Upload", exact: true }).click();
  await expect(provider.getByText("The upload is taken.")).toBeVisible();
  const upload = provider.url();
  const consent = await provider.locator("a[data-row]").getAttribute("href");

  const registry = await stranger({ javaScriptEnabled: false });
  await signIn(registry, "jane@acme-registry.example");
  await registry.goto(consent ?? "");
  await expect(registry.getByText(host)).toBeVisible();
  await registry.getByLabel("Why").fill("We did not agree to this.");
  await registry.getByRole("button", { name: "Object" }).click();
  await expect(registry.getByText("You objected.")).toBeVisible();

  await provider.goto(upload);
  await expect(provider.getByText("We did not agree to this.")).toBeVisible();
  await provider.goto(`/tls/clients?host=${host}`);
  await expect(provider.getByText("No entry matches")).toBeVisible();
});
