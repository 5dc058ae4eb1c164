// axe in a page: the rules of WCAG 2.2 AA.

import type { Page } from "@playwright/test";
import axe from "axe-core";

type Violation = { id: string; nodes: { target: string[]; failureSummary: string }[] };

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** More rows of a list are like those before. */
const ROWS = 6;

/** Puts axe into the page, and takes away the repetitions that would cost it half a minute. */
export async function prepare(page: Page): Promise<void> {
  await page.evaluate((rows) => {
    for (const list of document.querySelectorAll("tbody, select, #tld-choices, .pane-queue")) {
      for (const extra of [...list.children].slice(rows)) if (!(extra as HTMLOptionElement).selected) extra.remove();
    }
  }, ROWS);
  await page.evaluate(axe.source);
}

/** What is wrong with the page as it looks now; with `looks`, only what a theme or a width can change. */
export async function violations(page: Page, looks: "all" | "looks" = "all"): Promise<string[]> {
  const runOnly = looks === "all" ? { type: "tag", values: WCAG } : { type: "rule", values: ["color-contrast", "link-in-text-block", "target-size"] };
  const found: Violation[] = await page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: { run: (...what: unknown[]) => Promise<{ violations: Violation[] }> } };
    // What a frame shows is not ours.
    return (await axe.run(document, { runOnly, iframes: false, resultTypes: ["violations"] })).violations;
  }, runOnly);
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.split("\n")[1]?.trim()}`));
}
