// Report status: from what is late to what was refused, and why; the list as a file; what another account has does not exist.

import { expect, test } from "./portal.ts";

test("what is late leads to what was sent", async ({ as }) => {
  const page = await as("rhys");
  await page.goto("/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Reports" }).click();
  const first = page.locator("tbody tr").first();
  // Nothing came for its last months, whatever day it is.
  await expect(first).toContainText(".marketcross");
  await expect(first).toContainText("Overdue");
  await expect(first).toContainText("Submit the ");

  await page.getByRole("link", { name: "TLD", exact: true }).click();
  await expect(page).toHaveURL(/sort=tld/);
  await expect(page.locator("tbody tr").first()).toContainText(".ferrylane");
  await page.getByLabel("Part of a TLD").fill(".MARKET");
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page).toHaveURL(/q=market/);
  await page.getByRole("link", { name: ".marketcross" }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(".marketcross");
  await expect(page.locator(".banner.overdue")).toContainText("Was due");
  await expect(page.getByRole("table", { name: "Monthly reports" }).getByText("Late", { exact: true }).first()).toBeVisible();
  await page.getByRole("link", { name: "TLS client authentication" }).click();
  await page.getByRole("link", { name: "Report status" }).click();
  await page.getByRole("link", { name: "All submissions" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(50);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByRole("link", { name: "First page" })).toBeVisible();

  await page.goto("/reports/ferrylane/submissions");
  await page.getByLabel("Report", { exact: true }).selectOption("Transactions");
  await page.getByRole("button", { name: "Filter" }).click();
  const refused = page.locator("tbody tr").first();
  await expect(refused).toContainText("Refused 2101");
  await expect(refused).toContainText("The totals do not match the sum of the lines.");
  await expect(refused).toContainText("ferrylane_ry");
});

test("the list is a file, and other accounts' TLDs are not there", async ({ as }) => {
  const page = await as("edgar");
  const file = await page.request.get("/reports.csv?q=marketcross");
  expect(file.headers()["content-disposition"]).toContain("reports-all.csv");
  const lines = (await file.text()).trim().split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toContain("Late since");
  for (const address of ["/reports/cornershop", "/reports/cornershop/submissions", "/reports/..%2Fferrylane"]) {
    expect((await page.request.get(address)).status(), address).toBe(404);
  }
  const stranger = await as("gwen");
  expect((await stranger.request.get("/reports")).status(), "applicants owe no reports").toBe(404);
});
