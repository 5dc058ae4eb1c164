// Signing in and out: what is refused and how it is said, the ways in without the usual secrets, and sessions.

import type { Page } from "@playwright/test";
import { mailText, openMail } from "./mailbox.ts";
import { PASSWORD, code, password, signIn, signOut, totp } from "./people.ts";
import { expect, test } from "./portal.ts";

const WRONG_PASSWORD = "The e-mail address or the password is not right. Try again, or set a new password. After several wrong tries, wait a moment before the next.";
const WRONG_CODE = "That code is not right, or was used already. Wait for the next one and enter it. After several wrong tries, wait a moment before the next.";

/** The second page of a sign-in. */
async function enter(page: Page, code: string): Promise<void> {
  await page.locator("#code").fill(code);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Identity locks what was wrong for a second (ID-6), and answers as if it were wrong again meanwhile. */
async function afterSoftLock(page: Page): Promise<void> {
  await page.waitForTimeout(1_200);
}

async function useRecoveryCode(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await expect(page.getByRole("heading", { name: "Recovery code" })).toBeVisible();
}

async function isSignedIn(page: Page): Promise<void> {
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
}

test("a wrong password and an unknown address get the same answer", async ({ stranger }) => {
  const page = await stranger();
  for (const email of ["haruka@kazenoha.example", "nobody@kazenoha.example"]) {
    await page.goto("/sign-in");
    await password(page, email, "not the password");
    await expect(page.getByText(WRONG_PASSWORD)).toBeVisible();
    await expect(page.getByLabel("E-mail")).toHaveValue(email);
    await expect(page.getByLabel(/^Password/)).toHaveValue("");
  }
  await page.goto("/cases");
  await expect(page).toHaveURL("/sign-in?next=%2Fcases");
  await afterSoftLock(page);
});

test("a wrong code is refused, and the right one is still taken", async ({ stranger }) => {
  const page = await stranger();
  const email = "haruka@kazenoha.example";
  await page.goto("/sign-in");
  await password(page, email);
  const right = await code(email);
  await enter(page, right === "000000" ? "000001" : "000000");
  await expect(page.locator("#code-error")).toContainText(WRONG_CODE);
  await expect(page.getByLabel("Code")).toHaveValue("");
  await afterSoftLock(page);
  await enter(page, right);
  await isSignedIn(page);
});

test("a code works once", async ({ stranger }) => {
  const page = await stranger();
  const email = "anke@lindwurmtal.example";
  const used = await code(email);
  await page.goto("/sign-in");
  await password(page, email);
  await enter(page, used);
  await isSignedIn(page);
  await signOut(page);
  await password(page, email);
  await enter(page, used);
  await expect(page.locator("#code-error")).toContainText(WRONG_CODE);
  await afterSoftLock(page);
  await enter(page, await code(email));
  await isSignedIn(page);
});

test("five wrong codes end the attempt", async ({ stranger }) => {
  const page = await stranger();
  await page.goto("/sign-in");
  await password(page, "kenji@kazenoha.example");
  for (let tries = 0; tries < 5; tries++) await enter(page, "000000");
  await expect(page).toHaveURL("/sign-in");
  await expect(page.getByText("Start again with your password.")).toBeVisible();
});

test("a recovery code signs in once", async ({ stranger }) => {
  const page = await stranger();
  const email = "jost@lindwurmtal.example";
  await signIn(page, email);
  await page.goto("/my/security");
  await page.getByRole("link", { name: "Make new codes" }).click();
  await page.getByRole("button", { name: "Make new codes" }).click();
  const codes = await page.locator("#codes li").allTextContents();
  expect(new Set(codes).size).toBe(10);
  await page.getByRole("link", { name: "I have kept them" }).click();
  await expect(page.getByText("You have 10 left of ten.")).toBeVisible();
  await signOut(page);

  await password(page, email);
  await useRecoveryCode(page);
  await enter(page, codes[0]);
  await isSignedIn(page);
  await expect(page.getByText("The recovery code is used up.")).toBeVisible();
  await page.goto("/my/security");
  await expect(page.getByText("You have 9 left of ten.")).toBeVisible();
  await signOut(page);

  await password(page, email);
  await useRecoveryCode(page);
  await enter(page, codes[0]);
  // Unlike a code of the app, one that is wrong or used ends the attempt.
  await expect(page.getByText("Start again with your password.")).toBeVisible();
  await afterSoftLock(page);
  await password(page, email);
  await useRecoveryCode(page);
  await enter(page, codes[1]);
  await isSignedIn(page);
});

test("a second authenticator is added, used and removed", async ({ stranger }) => {
  const page = await stranger();
  const email = "dev@northgable.example";
  await signIn(page, email);
  await page.goto("/my/security");
  await page.getByRole("link", { name: "Add an authenticator app" }).click();
  const secret = (await page.locator("#secret").innerText()).replaceAll(/\s/g, "");
  const step = Math.floor(Date.now() / 30_000);
  await page.getByLabel("What to call it").fill("Work phone");
  await page.getByLabel("Code from the app").fill(totp(secret, step));
  await page.getByRole("button", { name: "Add authenticator" }).click();
  await expect(page.getByText("The authenticator is added.")).toBeVisible();
  const row = page.getByRole("row", { name: /Work phone/ });
  await expect(row).toBeVisible();
  await signOut(page);

  await password(page, email);
  await enter(page, totp(secret, step + 1));
  await isSignedIn(page);
  await page.goto("/my/security");
  await row.getByRole("link", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove authenticator" }).click();
  await expect(page.getByText("The authenticator is removed.")).toBeVisible();
  await expect(row).toHaveCount(0);
});

test("a mailed link sets a new password once and ends all sessions", async ({ stranger }) => {
  const email = "silke@lindwurmtal.example";
  const [before, page] = [await stranger(), await stranger()];
  await signIn(before, email);

  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Set a new password" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByText("a mail with a link is on its way")).toBeVisible();
  await openMail(page, email, "choose a new password");
  const link = /\S+\/sign-in\/reset\/\S+/.exec(await mailText(page))?.[0] ?? "";

  await page.goto(link);
  await page.getByLabel("New password").fill("password1234");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.locator("#password-error")).toBeVisible();
  const chosen = `${PASSWORD}-turnstile-09`;
  await page.getByLabel("New password").fill(chosen);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your new password is set, and all sessions have ended.")).toBeVisible();

  await before.getByRole("link", { name: "Cases" }).first().click();
  await expect(before).toHaveURL(/\/sign-in/);

  const again = await page.goto(link);
  expect(again?.status()).toBe(410);
  await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeVisible();

  await page.goto("/sign-in");
  await password(page, email);
  await expect(page.getByText(WRONG_PASSWORD)).toBeVisible();
  await afterSoftLock(page);
  await signIn(page, email, chosen);
  await openMail(page, email, "your password was changed");
});

test("asking for a new password does not tell who is a user", async ({ stranger }) => {
  const page = await stranger();
  const answers: string[] = [];
  for (const email of ["nobody@kazenoha.example", "kenji@kazenoha.example"]) {
    await page.goto("/sign-in/reset");
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("link", { name: "Ask again" })).toBeVisible();
    answers.push((await page.locator("main").innerText()).replaceAll(email, "…"));
  }
  expect(answers[0]).toBe(answers[1]);
});

test("after signing out no page is shown, not even by the back button", async ({ stranger }) => {
  const page = await stranger();
  await signIn(page, "unai@puertoamaro.example");
  await page.goto("/cases");
  await expect(page.locator("#list")).toBeVisible();
  await signOut(page);
  expect((await page.context().cookies()).filter((cookie) => cookie.name.includes("session"))).toEqual([]);
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.locator("#list")).toHaveCount(0);
});

test("sessions are listed, and one that is ended is out at its next click", async ({ stranger }) => {
  const email = "beat@vellaquor.example";
  const [here, there] = [await stranger(), await stranger({ userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0" })];
  await signIn(here, email);
  await signIn(there, email);
  await here.goto("/my/security");
  await expect(here.getByRole("row", { name: /This one/ })).toHaveCount(1);
  const other = here.getByRole("row", { name: /Firefox on Linux/ });
  await other.getByRole("button", { name: "End", exact: true }).click();
  await expect(here.getByText("The session has ended.")).toBeVisible();
  await expect(other).toHaveCount(0);

  await there.getByRole("link", { name: "Cases" }).first().click();
  await expect(there).toHaveURL("/sign-in?next=%2Fcases");
  await here.getByRole("link", { name: "Cases" }).first().click();
  await expect(here.locator("#list")).toBeVisible();
});

test("who tries too often from one address is told how long to wait, and nobody else is", async ({ stranger }) => {
  const page = await stranger();
  const once = () => page.request.post("/sign-in/code", { form: { code: "000000", next: "/" }, maxRedirects: 0 });
  // A step comes back each second: if that happens between the last try and the form, both come once more.
  await expect(async () => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill("somebody@vellaquor.example");
    await page.getByLabel(/^Password/).fill(PASSWORD);
    let answer = await once();
    for (let tries = 1; answer.status() !== 429 && tries < 200; tries++) answer = await once();
    expect(answer.status()).toBe(429);
    expect(Number(answer.headers()["retry-after"])).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByRole("heading", { name: "Too many tries" })).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 45_000 });
  await expect(page.getByText(/Wait \d+ seconds? and try again/)).toBeVisible();

  const other = await stranger();
  await other.goto("/sign-in");
  await password(other, "somebody@vellaquor.example");
  await expect(other.getByText("The e-mail address or the password is not right.")).toBeVisible();
});

test("signing in leads back to the page that was asked for", async ({ stranger }) => {
  const page = await stranger();
  const email = "elodie@vellaquor.example";
  await page.goto("/cases?view=closed&sort=number");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await password(page, email);
  await enter(page, await code(email));
  await expect(page).toHaveURL("/cases?view=closed&sort=number");
});

test("signing in leads to pages of the portal only", async ({ stranger, baseURL }) => {
  const page = await stranger();
  const email = "ines@puertoamaro.example";
  const elsewhere = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"];
  for (const next of elsewhere) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    const fields = await page.locator("input[name=next]").all();
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) await expect(field).toHaveValue("/");
  }
  // Nor when the form itself is changed.
  await page.locator("input[name=next]").first().evaluate((field: HTMLInputElement) => { field.value = "//evil.example/"; });
  await password(page, email);
  await page.locator("input[name=next]").first().evaluate((field: HTMLInputElement) => { field.value = "https://evil.example/"; });
  await enter(page, await code(email));
  await isSignedIn(page);
  await expect(page).toHaveURL(`${baseURL}/`);
});
