// Lists of cases and the form for a new one: what the address says is what is shown, in the page and in the file, and
// everybody sees their own.

import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { caseNumber, expect, fileInquiry, firstCase, numbers, test, unique } from "./portal.ts";

/** How many cases the list says it has. */
async function tally(page: Page): Promise<number> {
  const words = await page.locator("#list p.tally").innerText();
  return Number(/(\d+)\+? cases?$/.exec(words)?.[1]);
}

/** The list as a file, without quotes: none of the cells looked at holds a line break. */
async function csv(page: Page): Promise<{ header: string[]; rows: string[][] }> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^cases-[a-z-]+\.csv$/);
  const text = await readFile(await file.path(), "utf8");
  const cells = (line: string) => (line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []).slice(0, -1)
    .map((cell) => cell.replace(/,$/, "").replace(/^"(.*)"$/s, "$1").replaceAll('""', '"'));
  const lines = text.trimEnd().split("\n").map((line) => line.trimEnd());
  const [header, ...rows] = lines.map((line) => cells(`${line},`));
  return { header, rows };
}

test("every list view has as many cases as its menu says", async ({ as }) => {
  const page = await as("omar");
  await page.goto("/cases");
  await page.locator("details.view-picker > summary").click();
  const views = await page.locator("details.view-picker a.menu-item").evaluateAll((links) =>
    links.map((link) => ({ href: link.getAttribute("href") ?? "", words: (link.textContent ?? "").trim() })));
  expect(views).toHaveLength(8);
  for (const { href, words } of views) {
    await page.goto(href);
    const [, name, count] = /^(\D+?)\s*(\d+)$/.exec(words) ?? [];
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    expect(await tally(page), words).toBe(Number(count));
  }
});

test("filters are in the address and are taken away one by one", async ({ as }) => {
  const page = await as("omar");
  await page.goto("/cases?view=all");
  const all = await tally(page);
  await page.getByLabel("Status").selectOption({ label: "Canceled" });
  await expect(page).toHaveURL(/\/cases\?.*status=canceled/);
  const chips = page.getByRole("group", { name: "Filters" });
  await expect(chips).toContainText("Status: Canceled");
  await page.getByLabel("TLD", { exact: true }).selectOption({ label: ".beekeepers" });
  await expect(page).toHaveURL(/tld=beekeepers/);
  await expect(chips).toContainText("TLD: .beekeepers");
  // The search of the list waits for the end of typing and keeps the rest.
  await page.getByRole("searchbox", { name: "Number or words" }).fill("zzz");
  await expect(page).toHaveURL(/q=zzz/);
  await expect(page.getByRole("heading", { name: "No case matches" })).toBeVisible();

  await page.reload();
  await expect(chips).toContainText("“zzz”");
  await chips.getByRole("link", { name: /Text/ }).click();
  await expect(page).not.toHaveURL(/q=/);
  await expect(page).toHaveURL(/tld=beekeepers/);
  await chips.getByRole("link", { name: /TLD/ }).click();
  await expect(page).not.toHaveURL(/tld=/);
  const statuses = await page.locator("#list td .status").allTextContents();
  expect(new Set(statuses)).toEqual(new Set(["Canceled"]));
  expect(await tally(page)).toBeGreaterThan(0);
  await chips.getByRole("link", { name: "Clear all" }).click();
  await expect(chips).toHaveCount(0);
  expect(await tally(page)).toBe(all);
  await page.goBack();
  await expect(chips).toContainText("Status: Canceled");
});

test("a case is found by its number from every page", async ({ as }) => {
  const page = await as("omar");
  const number = /\d{8}/.exec(await firstCase(page, "/cases?view=closed"))?.[0] ?? "";
  await page.goto("/my/info");
  await page.keyboard.press("/");
  await page.keyboard.type(number);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`[?&]q=${number}`));
  await expect(page.getByRole("link", { name: number })).toBeVisible();
  expect(await numbers(page)).toEqual([number]);
});

test("a column sorts up, down and not at all", async ({ as }) => {
  const page = await as("omar");
  await page.goto("/cases?view=all");
  const header = page.getByRole("columnheader", { name: "Number" });
  const usual = await numbers(page);
  await header.getByRole("link").click();
  await expect(header).toHaveAttribute("aria-sort", "ascending");
  await expect(page).toHaveURL(/sort=number$/);
  const up = await numbers(page);
  expect(up).toEqual([...up].sort());
  await header.getByRole("link").click();
  await expect(header).toHaveAttribute("aria-sort", "descending");
  await expect(page).toHaveURL(/sort=number&dir=desc$/);
  const down = await numbers(page);
  expect(down).toEqual([...down].sort().reverse());
  expect(down[0] > up[0]).toBe(true);
  await header.getByRole("link").click();
  await expect(header).not.toHaveAttribute("aria-sort", /./);
  expect(await numbers(page)).toEqual(usual);
  await page.goto("/cases?view=open&sort=due");
  const due = await page.locator("#list td.due-cell time:first-child").evaluateAll((times) => times.map((time) => (time as HTMLTimeElement).dateTime));
  expect(due.length).toBeGreaterThan(1);
  expect(due).toEqual([...due].sort());
});

test("pages follow each other without a gap or a repetition", async ({ as }) => {
  const page = await as("omar");
  await page.goto("/cases?view=all&sort=number");
  const total = await tally(page);
  const seen: string[] = [];
  for (;;) {
    const shown = await numbers(page);
    seen.push(...shown);
    const last = seen.length === total;
    await expect(page.locator("#list p.tally")).toHaveText(`${seen.length - shown.length + 1}–${seen.length} of ${total} cases`);
    const next = page.getByRole("link", { name: "Next page" });
    if (last) {
      await expect(next).toHaveCount(0);
      break;
    }
    await next.click();
    await expect(page.locator("#list td.number").first()).not.toHaveText(shown[0]);
  }
  expect(seen).toEqual([...new Set(seen)].sort());
  await page.getByRole("link", { name: "First page" }).click();
  await expect(page).toHaveURL("/cases?view=all&sort=number");
});

test("the file holds what the list shows", async ({ as }) => {
  const page = await as("omar");
  await page.goto("/cases?view=closed&status=closed&tld=beekeepers&sort=number");
  const total = await tally(page);
  const shown = await numbers(page);
  const { header, rows } = await csv(page);
  expect(header).toEqual(["Number", "Subject", "Kind", "TLDs", "Whose turn", "Status", "Due (America/New_York)", "Updated (America/New_York)"]);
  expect(rows).toHaveLength(total);
  expect(rows.slice(0, shown.length).map(([number]) => number)).toEqual(shown);
  for (const row of rows) {
    expect(row).toHaveLength(header.length);
    expect(row[3].split(" ")).toContain(".beekeepers");
    expect(row[5]).toBe("Closed");
  }
});

test("a subject that is a formula is text in the file", async ({ as }) => {
  const page = await as("rhys");
  const subject = unique('=HYPERLINK("http://evil.example","a, b")');
  const number = await fileInquiry(page, { subject, description: "Formula" });
  await page.goto(`/cases?view=all&q=${number}`);
  const { rows } = await csv(page);
  expect(rows.map(([number, subject]) => [number, subject])).toEqual([[number, `'${subject}`]]);
});

test("what is wrong with an inquiry stands beside it, and nothing typed is lost", async ({ as }) => {
  const page = await as("rhys");
  const subject = unique("Too long").padEnd(250, " x");
  await page.goto("/cases/new");
  await page.getByLabel("Subject").fill(subject);
  await page.getByLabel("Description").fill("  \n ");
  await page.getByRole("checkbox", { name: ".marketcross" }).check();
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name: "Submit inquiry" }).click();
  expect((await answer).status()).toBe(422);
  const summary = page.getByRole("alert");
  await expect(summary.getByRole("heading")).toHaveText("2 answers need a change");
  await expect(summary).toBeFocused();
  await expect(page.locator("#subject-error")).toContainText("Subject must not exceed 200 characters");
  await expect(page.locator("#description-error")).toContainText("Description must not be empty.");
  await expect(page.getByLabel("Subject")).toHaveValue(subject);
  await expect(page.getByLabel("Subject")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("checkbox", { name: ".marketcross" })).toBeChecked();
  await summary.getByRole("link", { name: /^Description/ }).click();
  await expect(page.getByLabel("Description")).toBeFocused();

  await page.getByLabel("Description").fill("Now it is right.");
  await page.getByLabel("Subject").fill(subject.slice(0, 60));
  await page.getByRole("button", { name: "Submit inquiry" }).click();
  await expect(page.getByText("Your inquiry is with ICANN.")).toBeVisible();
  await expect(page.locator("#turn")).toContainText(".marketcross");
});

test("a form that is sent twice makes one case", async ({ as }) => {
  const page = await as("rhys");
  const subject = unique("Sent twice");
  await page.goto("/cases/new");
  await page.getByLabel("Subject").fill(subject);
  await page.getByLabel("Description").fill("Once is enough.");
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await page.getByRole("button", { name: "Submit inquiry" }).dblclick();
  await expect(page).toHaveURL(/\/cases\/\d{8}/);
  const number = caseNumber(page);
  // As a browser does that was asked to send it again.
  const again = await page.request.post("/cases/new", {
    data: (await sent).postData() ?? "",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    maxRedirects: 0,
  });
  expect(again.headers().location).toBe(`/cases/${number}`);
  await page.goto(`/cases?view=all&q=${encodeURIComponent(subject)}`);
  expect(await numbers(page)).toEqual([number]);
});

test("a comment that is sent twice is said once", async ({ as }) => {
  const page = await as("rhys");
  await fileInquiry(page, { subject: unique("Commented twice"), description: "To comment on" });
  const words = unique("A comment");
  await page.getByLabel("Your comment").fill(words);
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await page.getByRole("button", { name: "Send to ICANN" }).dblclick();
  await expect(page.getByText("Your comment is with ICANN.")).toBeVisible();
  const request = await sent;
  await page.request.post(request.url(), { data: request.postData() ?? "", headers: { "content-type": "application/x-www-form-urlencoded" } });
  await page.reload();
  await expect(page.locator("#conversation").getByText(words)).toHaveCount(1);
});

test("text is shown as it was typed, whatever it looks like", async ({ as }) => {
  const page = await as("rhys");
  const subject = unique("<img src=x onerror=alert(1)> & \u202Etfel");
  const description = "<script>alert(1)</script>\n\n{{ 7 * 7 }}";
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss(); });
  const number = await fileInquiry(page, { subject, description });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${number} ${subject.replace("\u202E", "")}`);
  await expect(page.locator("#conversation")).toContainText("<script>alert(1)</script>");
  await expect(page.locator("#conversation")).toContainText("{{ 7 * 7 }}");
  expect(dialogs).toEqual([]);
});

test("a draft survives leaving the page, until it is sent", async ({ as }) => {
  const page = await as("rhys");
  const number = await fileInquiry(page, { subject: unique("Draft"), description: "To comment on" });
  const composer = page.getByLabel("Your comment");
  await composer.fill("Half a sentence");
  await expect(page.locator("#composer [data-draft-state]")).toContainText("Saved");
  await page.goto("/cases");
  await page.goto(`/cases/${number}`);
  await expect(composer).toHaveValue("Half a sentence");
  await composer.press("Control+Enter");
  await expect(page.getByText("Your comment is with ICANN.")).toBeVisible();
  await expect(composer).toHaveValue("");
});

test("switching the account changes everything that is shown", async ({ as }) => {
  const page = await as("lucia");
  await page.goto("/cases?view=all");
  const menu = page.locator("details.menu.account");
  const seen = new Map<string, string[]>();
  for (const account of ["Vellaquor AG", "Fundación Puerto Amaro", "Mtumbwi Registry Ltd"]) {
    await menu.locator("summary").click();
    await menu.getByRole("button", { name: account }).click();
    await expect(menu.locator("summary")).toContainText(account);
    await page.goto("/cases?view=all");
    seen.set(account, await numbers(page));
    await page.goto("/cases/new");
    const tlds = await page.locator("#tld-choices label bdi").allTextContents();
    expect(tlds).toContain({ "Vellaquor AG": ".vellaquor", "Fundación Puerto Amaro": ".puertoamaro", "Mtumbwi Registry Ltd": ".mtumbwi" }[account]);
    if (account.startsWith("Fundación")) expect(tlds).toEqual([".puertoamaro"]);
    await page.goto("/");
    await expect(page.locator("main")).toBeVisible();
  }
  const all = [...seen.values()];
  expect(Math.min(...all.map((numbers) => numbers.length))).toBeGreaterThan(0);
  expect(new Set(all.flat()).size, "no case is seen from two accounts").toBe(all.flat().length);
  // Acting for the last of them, a case of the first does not exist.
  const answer = await page.goto(`/cases/${seen.get("Vellaquor AG")?.[0]}`);
  expect(answer?.status()).toBe(404);
});

test("who reads only is offered nothing to do", async ({ as }) => {
  const page = await as("edgar");
  for (const path of ["/", "/my/info", "/my/security", "/no-such-page", "/cases", "/cases?view=all", "/cases?view=all&q=zzzz"]) {
    await page.goto(path);
    await expect(page.locator("main")).toBeVisible();
    await expect(page.getByRole("link", { name: /new inquiry/i }), path).toHaveCount(0);
  }
  const open = await firstCase(page, "/cases?view=with-icann");
  await page.goto(open);
  await expect(page.getByText("Your role reads cases.")).toBeVisible();
  await expect(page.locator("main form")).toHaveCount(0);
  await expect(page.getByRole("link", { name: /^(Expedite|Cancel)$/ })).toHaveCount(0);
  await expect.soft(page.getByRole("link", { name: /new inquiry/i })).toHaveCount(0);
  expect((await page.goto("/cases/new"))?.status()).toBe(404);
  for (const path of ["expedite", "cancel"]) expect((await page.goto(`${open}/${path}`))?.status(), path).toBe(404);
});

test("who is limited to some TLDs sees their cases only", async ({ as }) => {
  const his = [".beekeepers", ".clockmakers", ".glassblowers", ".oatcakes", ".pocketwatch", ".woodturners"];
  const [caleb, omar] = [await as("caleb"), await as("omar")];
  await caleb.goto("/cases/new");
  expect(await caleb.locator("#tld-choices label bdi").allTextContents()).toEqual(his);
  // Besides, people see what they opened themselves.
  await caleb.goto("/cases?view=mine");
  const own = (await csv(caleb)).rows.map(([number]) => number);
  await caleb.goto("/cases?view=all&sort=number");
  const visible = new Set((await csv(caleb)).rows.map(([number, , , tlds]) => {
    expect(own.includes(number) || his.some((tld) => tlds.split(" ").includes(tld)), `${number} is about ${tlds}`).toBe(true);
    return number;
  }));
  await omar.goto("/cases?view=all&sort=number");
  const rows = (await csv(omar)).rows;
  expect(rows.length).toBeGreaterThan(visible.size);
  const other = rows.find(([number, , , tlds]) => tlds && !visible.has(number))?.[0];
  expect((await caleb.goto(`/cases/${other}`))?.status()).toBe(404);
  await caleb.goto(`/cases?view=all&q=${other}`);
  expect(await numbers(caleb)).toEqual([]);
});
