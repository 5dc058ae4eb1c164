// Computes the contrast of every pair of tokens that meet on a page, in both themes. The build stops on one that is too low.
import { readFileSync } from "node:fs";

const tokens = readFileSync(new URL("css/tokens.css", import.meta.url), "utf8");
const TEXT = 4.5, SHAPE = 3;
const PAIRS = [
  ...["paper", "raised", "quiet", "sunken", "accent-quiet"].flatMap((ground) => [["ink", ground, TEXT], ["ink-2", ground, TEXT]]),
  ...["paper", "raised", "quiet", "accent-quiet"].map((ground) => ["accent", ground, TEXT]),
  ...["you", "bad", "ok", "them"].flatMap((side) => [
    [side, `${side}-quiet`, TEXT], [side, "paper", TEXT], [side, "raised", TEXT], [side, "quiet", TEXT], ["ink", `${side}-quiet`, TEXT], ["ink-2", `${side}-quiet`, TEXT],
    ["accent", `${side}-quiet`, TEXT], [`${side}-line`, "paper", SHAPE], [`${side}-line`, `${side}-quiet`, SHAPE],
  ]),
  ["on-solid", "accent-solid", TEXT], ["on-solid", "accent-solid-hover", TEXT], ["on-solid", "bad-solid", TEXT], ["on-solid", "bad-solid-hover", TEXT],
  ["line-strong", "paper", SHAPE], ["line-strong", "raised", SHAPE], ["line-strong", "quiet", SHAPE],
];

function value(name, theme) {
  const both = tokens.match(new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`));
  const hex = both ? both[theme === "light" ? 1 : 2] : tokens.match(new RegExp(`--${name}: (#\\w{6})`))?.[1];
  if (!hex) throw new Error(`tokens.css has no colour --${name}`);
  return hex;
}
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

let low = 0;
for (const theme of ["light", "dark"]) for (const [front, ground, least] of PAIRS) {
  const [a, b] = [luminance(value(front, theme)), luminance(value(ground, theme))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < least) { low++; console.error(`${theme}: --${front} on --${ground} is ${ratio.toFixed(2)}, needs ${least}`); }
}
if (low) process.exit(1);
console.log(`contrast: ${PAIRS.length * 2} pairs are enough`);
