// What a page weighs on the way: whole at the first visit, without what the browser keeps at the second. That no page has an
// error in the console, breaks its content security policy or asks anybody else for anything is watched in all journeys.

import type { CDPSession, Page } from "@playwright/test";
import { BY_USER, openPage, who } from "./pages.ts";
import { expect, test } from "./portal.ts";

const FIRST = 100_000;
const AGAIN = 30_000;

// Recording would fetch things a second time.
test.use({ trace: "off" });

/** Bytes that come over the wire while the page at this address loads, heads of answers included. */
async function weigh(page: Page, cdp: CDPSession, address: string): Promise<number> {
  let bytes = 0;
  // Nothing for what the browser had.
  const count = ({ encodedDataLength }: { encodedDataLength: number }) => { bytes += encodedDataLength; };
  cdp.on("Network.loadingFinished", count);
  await (await page.goto(address))?.finished();
  // Answered after everything that has happened until now was told.
  await cdp.send("Network.enable");
  cdp.off("Network.loadingFinished", count);
  return bytes;
}

for (const [user, pages] of BY_USER) {
  test(`pages for ${who(user)} are light`, async ({ as, stranger }) => {
    test.slow();
    const page = user ? await as(user) : await stranger();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Network.enable");
    for (const entry of pages.filter(({ answer }) => !answer)) {
      await openPage(page, entry);
      const address = page.url();
      await cdp.send("Network.clearBrowserCache");
      const first = await weigh(page, cdp, address);
      const again = await weigh(page, cdp, address);
      expect.soft(first, `${entry.name}, first visit`).toBeLessThan(FIRST);
      expect.soft(first, `${entry.name}: nothing was measured`).toBeGreaterThan(10_000);
      expect.soft(again, `${entry.name}, second visit`).toBeLessThan(AGAIN);
    }
  });
}
