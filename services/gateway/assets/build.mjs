// Writes dist/: one stylesheet, one script for every page and one for those with passkeys, one icon sprite, the favicon, and manifest.json with their hashes.
// dist/ is committed, so building the gateway needs no Node. Run `npm ci && npm run build` after changing anything here.
//
// htmx stays at 2.0, whose `allowEval: false` refuses to evaluate attributes by itself; the core of version 4 has no such setting.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const here = new URL("./", import.meta.url);
const read = (path) => readFileSync(new URL(path, here), "utf8");

/** The icons the templates name. `node build.mjs` stops on one that the set does not have. */
const ICONS = read("icons.txt").split("\n").filter((line) => line && !line.startsWith("#"));

function stylesheet() {
  const whole = read("app.css").replace(/@import "([^"]+)";/g, (_, path) => read(path));
  return whole.replace(/\/\*[^]*?\*\//g, "").replace(/\n\s*/g, "\n").replace(/\n+/g, "\n").trim() + "\n";
}

function script() {
  return read("node_modules/htmx.org/dist/htmx.min.js").trim() + "\n" + read("app.js");
}

function sprite() {
  const symbols = ICONS.map((name) => {
    const svg = read(`node_modules/lucide-static/icons/${name}.svg`);
    const shapes = svg.replace(/<!--[^]*?-->/g, "").replace(/^[^]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC license -->\n${symbols.join("\n")}\n</svg>\n`;
}

const files = { "app.css": stylesheet(), "app.js": script(), "passkeys.js": read("passkeys.js"), "icons.svg": sprite(), "favicon.svg": read("favicon.svg") };
const budget = { "app.css": 40_000 };
/** All scripts together. */
const SCRIPTS = 30_000;
const manifest = {};

mkdirSync(new URL("dist/", here), { recursive: true });
for (const old of readdirSync(new URL("dist/", here))) rmSync(new URL(`dist/${old}`, here));
for (const [name, text] of Object.entries(files)) {
  const gzip = gzipSync(text, { level: 9 }).length;
  if (gzip > (budget[name] ?? Infinity)) throw new Error(`${name} is ${gzip} bytes gzipped, over its budget of ${budget[name]}`);
  writeFileSync(new URL(`dist/${name}`, here), text);
  manifest[name] = { hash: createHash("sha256").update(text).digest("hex").slice(0, 12), bytes: Buffer.byteLength(text), gzip };
}
const scripts = Object.entries(manifest).filter(([name]) => name.endsWith(".js")).reduce((sum, [, { gzip }]) => sum + gzip, 0);
if (scripts > SCRIPTS) throw new Error(`the scripts are ${scripts} bytes gzipped, over their budget of ${SCRIPTS}`);
writeFileSync(new URL("dist/manifest.json", here), JSON.stringify(manifest, null, 2) + "\n");
console.table(manifest);
