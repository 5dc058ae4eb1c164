// Every page for everybody: axe in both themes and at two widths, nothing wider than a phone, and the keyboard alone.

import type { Locator, Page } from "@playwright/test";
import { prepare, violations } from "./axe.ts";
import { BY_USER, openPage, who, type PortalPage } from "./pages.ts";
import { PASSWORD, code } from "./people.ts";
import { caseNumber, expect, test, unique } from "./portal.ts";

// What axe says needs no pictures.
test.use({ trace: "off" });

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** What reaches over the right edge of the window. */
async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${root.scrollWidth} px wide`, ...wide.slice(0, 5).map((element) => `${element.tagName}.${element.className}`)];
  });
}

for (const [user, pages] of BY_USER) {
  test(`pages for ${who(user)} are for everybody`, async ({ as, stranger }) => {
    test.slow();
    const page = user ? await as(user) : await stranger();
    for (const entry of pages) await test.step(entry.name, () => look(page, entry));
  });
}

/** Looks at a page in both themes and at both widths. */
async function look(page: Page, entry: PortalPage): Promise<void> {
  await openPage(page, entry);
  const soft = expect.configure({ soft: true });
  await soft(page).toHaveTitle(/\S+ · NSp$/);
  // The page of components shows heads of pages, too.
  if (entry.name !== "components") soft(await page.getByRole("heading", { level: 1 }).count(), `${entry.name}: headings`).toBe(1);
  await page.setViewportSize(PHONE);
  soft(await overflow(page), `${entry.name}, on a phone`).toEqual([]);
  await prepare(page);
  for (const viewport of [PHONE, WIDE]) {
    await page.setViewportSize(viewport);
    for (const theme of ["light", "dark"]) {
      // As the server writes it for who chose it.
      await page.evaluate((theme) => { document.documentElement.dataset.theme = theme; }, theme);
      soft(await violations(page, theme === "light" ? "all" : "looks"), `${entry.name}, ${theme}, ${viewport.width} px`).toEqual([]);
    }
  }
}

test("without a choice, the theme is that of the system", async ({ stranger }) => {
  const [light, dark] = [await stranger({ colorScheme: "light" }), await stranger({ colorScheme: "dark" })];
  const colours = await Promise.all([light, dark].map(async (page) => {
    await page.goto("/sign-in");
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }));
  expect(colours[0]).not.toBe(colours[1]);
});

/** Presses Tab until the target has the focus. Wherever the focus comes by, it must be seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < 40; stops++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "";
      const style = getComputedStyle(element);
      const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
      const { width, height, bottom } = element.getBoundingClientRect();
      return marked && width > 0 && height > 0 && bottom > 0 ? "" : `${element.tagName} ${element.className} ${element.textContent?.trim()}`;
    });
    expect(seen, "the focus is not seen").toBe("");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${target} is not reached with Tab`);
}

test("signing in and filing an inquiry with the keyboard alone", async ({ stranger }) => {
  const page = await stranger();
  const email = "baraka@mtumbwi.example";
  const subject = unique("By keyboard");
  const keys = page.keyboard;
  await page.goto("/sign-in");
  await tabTo(page, page.getByLabel("E-mail"));
  await keys.type(email);
  await tabTo(page, page.getByLabel(/^Password/));
  await keys.type(PASSWORD);
  await keys.press("Enter");
  await expect(page).toHaveURL("/sign-in/code");
  await tabTo(page, page.getByLabel("Code"));
  await keys.type(await code(email));
  await keys.press("Enter");
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();

  await tabTo(page, page.getByRole("link", { name: "Skip to content" }));
  await keys.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await page.reload();
  await tabTo(page, page.getByRole("banner").getByRole("link", { name: "New inquiry" }));
  await keys.press("Enter");
  await expect(page).toHaveURL("/cases/new");
  await tabTo(page, page.getByLabel("Subject"));
  await keys.type(subject);
  await tabTo(page, page.getByLabel("Description"));
  await keys.type("Typed, not clicked.");
  await tabTo(page, page.getByRole("checkbox").first());
  await keys.press("Space");
  await tabTo(page, page.getByRole("button", { name: "Submit inquiry" }));
  await keys.press("Enter");
  await expect(page.getByText("Your inquiry is with ICANN.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${caseNumber(page)} ${subject}`);

  // j and k step through a list, Enter opens, Escape closes a menu.
  await page.goto("/cases?view=mine");
  await keys.press("j");
  await expect(page.locator("a[data-row]").first()).toBeFocused();
  await keys.press("Enter");
  await expect(page).toHaveURL(/\/cases\/\d{8}/);
  await tabTo(page, page.locator("details.menu.user > summary"));
  await keys.press("Enter");
  await expect(page.getByRole("link", { name: "My info" })).toBeVisible();
  await keys.press("Escape");
  await expect(page.getByRole("link", { name: "My info" })).toBeHidden();
  await expect(page.locator("details.menu.user > summary")).toBeFocused();
  await keys.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
});
