// The portal as journeys use it: a browser for each person, watched for what no page may do.

import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from "@playwright/test";
import { elsewhere, session, type Shared } from "./people.ts";

export { expect };

type Portal = {
  /** A page in a browser of its own, signed in as a shared user. */
  as: (user: Shared, options?: BrowserContextOptions) => Promise<Page>;
  /** A page in a browser of its own, of nobody. */
  stranger: (options?: BrowserContextOptions) => Promise<Page>;
};

export const test = base.extend<Portal>({
  as: async ({ stranger }, use) => {
    await use((user, options) => stranger({ ...options, storageState: session(user) }));
  },
  stranger: async ({ browser, contextOptions, baseURL, viewport, locale, timezoneId }, use) => {
    const watched: { context: BrowserContext; problems: string[] }[] = [];
    await use(async (options) => {
      const context = await browser.newContext({ ...contextOptions, baseURL, viewport, locale, timezoneId, extraHTTPHeaders: elsewhere(), ...options });
      watched.push({ context, problems: watch(context, baseURL ?? "") });
      return context.newPage();
    });
    for (const { context } of watched) await context.close();
    expect(watched.flatMap(({ problems }) => problems)).toEqual([]);
  },
});

/** Errors of scripts, violations of the content security policy, and requests to anybody but the portal, as they come. */
function watch(context: BrowserContext, home: string): string[] {
  const problems: string[] = [];
  context.on("console", (message) => {
    // The browser's note that a page was an error page: the journey says whether it should be.
    const refused = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
    // The mailbox shows mails without scripts; it is ours that is kept out there.
    const sandboxed = message.text().includes("because the document's frame is sandboxed");
    if (["error", "warning"].includes(message.type()) && !refused && !sandboxed) problems.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on("weberror", (error) => problems.push(`${error.page()?.url()}: ${error.error()}`));
  context.on("request", (request) => {
    if (!request.url().startsWith(`${home}/`) && !request.url().startsWith("data:")) problems.push(`a request to ${request.url()}`);
  });
  return problems;
}

/** A name nobody used before: journeys find their own cases by it. */
export function unique(words: string): string {
  return `${words} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
}

/** Files a general inquiry, and returns its number. */
export async function fileInquiry(page: Page, inquiry: { subject: string; description: string; tld?: string }): Promise<string> {
  await page.goto("/cases/new");
  await page.getByLabel("Subject").fill(inquiry.subject);
  await page.getByLabel("Description").fill(inquiry.description);
  if (inquiry.tld) await page.getByRole("checkbox", { name: inquiry.tld }).check();
  await page.getByRole("button", { name: "Submit inquiry" }).click();
  await expect(page.getByText("Your inquiry is with ICANN.")).toBeVisible();
  return caseNumber(page);
}

/** The number of the case that a page shows. */
export function caseNumber(page: Page): string {
  const number = /\/cases\/(\d{8})/.exec(page.url())?.[1];
  if (!number) throw new Error(`${page.url()} is no page of a case`);
  return number;
}

/** The address of the first case of a list. */
export async function firstCase(page: Page, list: string): Promise<string> {
  const html = await (await page.request.get(list)).text();
  const href = /<a href="(\/(?:staff\/)?cases\/\d{8})" data-row/.exec(html)?.[1];
  if (!href) throw new Error(`${list} has no case`);
  return href;
}

/** The column of a list, from top to bottom. */
export async function numbers(page: Page): Promise<string[]> {
  return page.locator("#list td.number").allTextContents();
}
