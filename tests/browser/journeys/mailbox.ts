// The development mailbox, where mails of the stack arrive.

import { expect, type Page } from "@playwright/test";

/** Opens the mail to an address with these words in its subject and in its text, as soon as it is there. */
export async function openMail(page: Page, to: string, subject: string, words = ""): Promise<void> {
  const list = `${process.env.NSP_MAILBOX}?to=${encodeURIComponent(to)}`;
  const mails = page.locator("a[data-row]", { hasText: subject });
  await expect(async () => {
    await page.goto(list);
    for (const href of await mails.evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""))) {
      await page.goto(href);
      if ((await mailText(page)).includes(words)) return;
    }
    throw new Error(`no mail “${subject}” with “${words}” has come`);
  }).toPass({ timeout: 20_000, intervals: [100, 250, 500] });
}

/** The plain text of the mail that a page shows. */
export function mailText(page: Page): Promise<string> {
  return page.locator("pre.mail-text").innerText();
}
