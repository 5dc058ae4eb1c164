// The demonstration users: their secrets, the codes of their authenticator apps, and how they sign in.

import { expect, type APIRequestContext, type Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whose session the journeys share. They change nothing about themselves; who must is signed in by the journey. */
export const SHARED = {
  /** Acme Registry, three TLDs, role Cases. */
  rhys: "rhys@acme-registry.example",
  moira: "moira@acme-registry.example",
  /** The same account, reads only. */
  edgar: "edgar@acme-registry.example",
  /** Ostrelle Domains, 40 TLDs and most cases. */
  omar: "omar@ostrelle.example",
  /** The same account, six of its TLDs. */
  caleb: "caleb@ostrelle.example",
  /** Three accounts. */
  lucia: "lucia@brackenfell-advisory.example",
  /** A registry service provider. */
  sjoerd: "sjoerd@corvane.example",
  /** An applicant. */
  gwen: "gwen@pelorinth.example",
  /** ICANN agents. */
  mateo: "mateo@naming-services.example",
  jiaying: "jiaying@naming-services.example",
} as const;

/** Whom Omar has invited when the journeys begin. */
export const INVITED = { name: "Gregory Maddox Hale", email: "gregory.hale@ostrelle.example" };

export type Shared = keyof typeof SHARED;

const SECRETS = process.env.NSP_SECRETS ?? "";
const STEP = 30_000;

const secrets = readFileSync(SECRETS, "utf8");
export const PASSWORD = /^password = "(.+)"$/m.exec(secrets)?.[1] ?? "";

/** Where the setup keeps the session of a shared user. */
export function session(user: Shared): string {
  return join(process.env.NSP_BROWSER_RESULTS ?? "", `signed-in-${user}.json`);
}

/** Somebody's own address: of one alone the portal takes a sign-in a second, and the journeys are quicker than that. */
export function elsewhere(): Record<string, string> {
  const group = () => Math.floor(Math.random() * 0x10000).toString(16);
  return { "X-Forwarded-For": `2001:db8:${group()}:${group()}::1` };
}

function secret(email: string): string {
  const found = new RegExp(`^"${email.replaceAll(".", "\\.")}" = "(.+)"$`, "m").exec(secrets)?.[1];
  if (!found) throw new Error(`${email} has no secret in ${SECRETS}`);
  return found;
}

function base32(text: string): Buffer {
  const bits = [...text].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** RFC 6238: SHA-1, six digits, 30 seconds. */
export function totp(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", base32(secret)).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/**
 * A code of the person's app that was not used yet. The portal accepts the next one half a minute early; only who needs a
 * third one within that time waits for it. What was used is written down beside the secrets, for the next run against the
 * same stack.
 */
export async function code(email: string): Promise<string> {
  const file = join(dirname(SECRETS), "browser-codes.json");
  const used: Record<string, number> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const now = () => Math.floor(Date.now() / STEP);
  const step = Math.max(now(), (used[email] ?? 0) + 1);
  await expect.poll(now, { message: "a code that was not used yet", timeout: 2 * STEP, intervals: [250] }).toBeGreaterThanOrEqual(step - 1);
  writeFileSync(file, JSON.stringify({ ...used, [email]: step }));
  return totp(secret(email), step);
}

/** Types e-mail address and password. */
export async function password(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Signs in as people do. */
export async function signIn(page: Page, email: string, secret = PASSWORD): Promise<void> {
  await page.goto("/sign-in");
  await password(page, email, secret);
  await page.getByLabel("Code").fill(await code(email));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
}

/** Signs in without a page. */
export async function signInQuickly(request: APIRequestContext, email: string): Promise<void> {
  const first = await request.post("/sign-in", { form: { email, password: PASSWORD, next: "/" }, maxRedirects: 0 });
  expect(first.headers().location, `${email}: password`).toBe("/sign-in/code");
  const second = await request.post("/sign-in/code", { form: { code: await code(email), next: "/" }, maxRedirects: 0 });
  expect(second.headers().location, `${email}: code`).toBe("/");
}

/** Asks identity's database, as its owner. */
function inIdentity(sql: string): void {
  execFileSync("psql", [process.env.NSP_IDENTITY_DATABASE ?? "", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--command", sql]);
}

/** Makes it an hour ago that the person showed a factor. */
export async function makeFactorOld(page: Page, email: string): Promise<void> {
  await setFactorTime(page, email, "now() - interval '1 hour'");
}

/** Makes it now that the person showed a factor: pages that want a fresh one are shown without asking. */
export async function makeFactorFresh(page: Page, email: string): Promise<void> {
  await setFactorTime(page, email, "now()");
}

/** Has the gateway ask identity again who it is, too. */
async function setFactorTime(page: Page, email: string, time: string): Promise<void> {
  inIdentity(`update sessions set factor_time = ${time} where person = (select id from users where email = '${email}')`);
  const theme = /data-theme="(\w+)"/.exec(await (await page.request.get("/")).text())?.[1] ?? "system";
  const answer = await page.request.post("/my/theme", { form: { theme, return_to: "/" }, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
}

/** Takes the person's authenticators away, as staff do for who lost them. */
export function forgetFactors(email: string): void {
  inIdentity(`delete from totp_factors where person = (select id from users where email = '${email}')`);
}

/** Invites a contact of the person's account without a page, as one who may just read. */
export async function inviteQuickly(request: APIRequestContext, name: string): Promise<void> {
  const list = await (await request.get("/account/users")).text();
  const link = new RegExp(`href="(/account/users/invite/[^"]+)"(?:(?!</a>).)*${name}`).exec(list)?.[1];
  if (!link) throw new Error(`${name} is no contact who can be invited`);
  const sent = await request.post(link, { form: { roles: "read-only" }, maxRedirects: 0 });
  expect(sent.headers().location, `${name}: invitation`).toBe("/account/users");
}

/** Signs out by the menu at the top. */
export async function signOut(page: Page): Promise<void> {
  await page.locator("details.menu.user > summary").click();
  await page.locator("details.menu.user").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
}
