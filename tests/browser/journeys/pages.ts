// Every page of the portal, once: where it is, who opens it, and what to do to see it as it is meant.

import type { Page } from "@playwright/test";
import { openMail } from "./mailbox.ts";
import { INVITED, SHARED, makeFactorFresh, makeFactorOld, password, type Shared } from "./people.ts";
import { expect, firstCase } from "./portal.ts";

export type PortalPage = {
  name: string;
  /** Nobody, for pages for strangers. */
  user?: Shared;
  /** Leads there: an address, or steps that end on the page. */
  open: string | ((page: Page) => Promise<void>);
  /** It answers a form, so it has no address to come back to. */
  answer?: true;
};

/** The first case of a list, or a page about it. */
const ofCase = (list: string, rest = "") => async (page: Page) => {
  await page.goto((await firstCase(page, list)) + rest);
};

/** A user, as staff see them. */
const ofUser = (part: string) => async (page: Page) => {
  await page.goto(`/staff/users?q=${encodeURIComponent(part)}`);
  await page.locator("a[data-row]").first().click();
  await expect(page.getByRole("heading", { name: "Resets" })).toBeVisible();
};

/** The first window of a list, or a page about it. */
const ofWindow = (query: string, rest = "") => async (page: Page) => {
  await page.goto(`/maintenance?${query}`);
  const href = await page.locator("#list a[data-row]").first().getAttribute("href");
  await page.goto(`${href}${rest}`);
};

/** The first entry of a TLD's TLS client authentication data, or a page about it. */
const ofEntry = (tld: string, rest = "") => async (page: Page) => {
  await page.goto(`/tls/tlds/${tld}`);
  const href = await page.locator("a[data-row]").first().getAttribute("href");
  await page.goto(`${href}${rest}`);
};

/** The first row of a list. */
const firstOf = (list: string) => async (page: Page) => {
  await page.goto(list);
  await page.locator("a[data-row]").first().click();
  await expect(page.locator(".crumbs")).toBeVisible();
};

/** The first step of a new entry, filled in. */
async function fillInEntry(page: Page, host: string): Promise<void> {
  await page.goto("/tls/new?tld=towpath");
  await page.getByLabel("Domain names").fill(host);
  await page.getByRole("checkbox", { name: "MoSAPI – TLD SLAM Data" }).check();
  await page.getByLabel("IP addresses").fill("192.0.2.0/24");
  await page.getByRole("button", { name: "Next", exact: true }).last().click();
}

/** The second step of an upload of these rows. */
async function fillInUpload(page: Page, rows: string): Promise<void> {
  await page.goto("/tls/uploads/new");
  await page.getByLabel("Rows").fill(`tld,domain_names,roles,prefixes\n${rows}\n`);
  await page.getByRole("button", { name: "Check the file" }).click();
}

/** Sends a form without the browser's own checks, so that the portal answers. */
async function submit(page: Page, button: string): Promise<void> {
  await page.locator("form").evaluateAll((forms) => forms.forEach((form) => form.setAttribute("novalidate", "")));
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** A page that wants a fresh factor, of who has shown one just now. */
const fresh = (user: Shared, address: string) => async (page: Page) => {
  await makeFactorFresh(page, SHARED[user]);
  await page.goto(address);
};

/** What somebody sees who has shown one long ago. */
const late = (user: Shared) => async (page: Page) => {
  await makeFactorOld(page, SHARED[user]);
  await page.goto("/my/security/passkeys/new");
  await expect(page.getByRole("heading", { name: "Confirm that it is you" })).toBeVisible();
};

async function atSecondFactor(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await password(page, "fiona@northgable.example");
  await expect(page).toHaveURL("/sign-in/code");
}

const strangers: PortalPage[] = [
  { name: "sign-in", open: "/sign-in" },
  { name: "sign-in refused", answer: true, open: async (page) => {
    await page.goto("/sign-in");
    await password(page, "nobody@northgable.example", "wrong");
    await expect(page.locator(".flash")).toBeVisible();
  } },
  { name: "second factor", open: atSecondFactor },
  { name: "second factor refused", answer: true, open: async (page) => {
    await atSecondFactor(page);
    await page.getByLabel("Code").fill("12345");
    await submit(page, "Sign in");
    await expect(page.locator("#code-error")).toBeVisible();
  } },
  { name: "recovery code", open: async (page) => {
    await atSecondFactor(page);
    await page.goto("/sign-in/code?use=recovery");
  } },
  { name: "ask for a new password", open: "/sign-in/reset" },
  { name: "new password asked for", answer: true, open: async (page) => {
    await page.goto("/sign-in/reset");
    await page.getByLabel("E-mail").fill("fiona@northgable.example");
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("link", { name: "Ask again" })).toBeVisible();
  } },
  { name: "set a new password", open: async (page) => {
    await page.goto("/sign-in/reset");
    await page.getByLabel("E-mail").fill("yacine@brisecotte.example");
    await page.getByRole("button", { name: "Send the link" }).click();
    await openMail(page, "yacine@brisecotte.example", "choose a new password");
    await page.locator("pre.mail-text a").first().click();
    await expect(page.getByLabel("New password")).toBeVisible();
  } },
  { name: "link that no longer works", open: "/sign-in/reset/0000000000000000000000000000000000000000000" },
  { name: "lost authenticator", open: "/sign-in/lost-factor" },
  { name: "invitation", open: async (page) => {
    await openMail(page, INVITED.email, "your access to");
    await page.locator("pre.mail-text a").first().click();
    await expect(page.getByLabel("Password")).toBeVisible();
  } },
  { name: "invitation that no longer works", open: "/invitation/0000000000000000000000000000000000000000000" },
  { name: "no such page, for a stranger", open: "/no-such-page" },
  { name: "development mailbox", open: "/dev/mail" },
  { name: "components", open: "/dev/components" },
];

const parties: PortalPage[] = [
  { name: "home", user: "moira", open: "/" },
  { name: "home with little", user: "gwen", open: "/" },
  { name: "cases", user: "moira", open: "/cases" },
  { name: "cases, many", user: "omar", open: "/cases?view=all" },
  { name: "cases, filtered", user: "moira", open: "/cases?view=all&status=closed&tld=towpath&sort=due&dir=desc" },
  { name: "cases, none", user: "moira", open: "/cases?view=all&q=zzzzzz" },
  { name: "cases, empty view", user: "gwen", open: "/cases?view=overdue" },
  { name: "new inquiry", user: "moira", open: "/cases/new" },
  { name: "new inquiry, 40 TLDs", user: "omar", open: "/cases/new" },
  { name: "new inquiry, refused", user: "moira", answer: true, open: async (page) => {
    await page.goto("/cases/new");
    await page.getByLabel("Subject").fill("x".repeat(250));
    await submit(page, "Submit inquiry");
    await expect(page.getByRole("alert")).toBeVisible();
  } },
  { name: "case, your turn", user: "moira", open: ofCase("/cases?view=action-required") },
  { name: "case, with ICANN", user: "moira", open: ofCase("/cases?view=with-icann") },
  { name: "case, closed", user: "moira", open: ofCase("/cases?view=closed&status=closed") },
  { name: "case, canceled", user: "omar", open: ofCase("/cases?view=all&status=canceled") },
  { name: "case, only read", user: "edgar", open: ofCase("/cases?view=with-icann") },
  { name: "case, details", user: "moira", open: ofCase("/cases?view=all", "?tab=details") },
  { name: "case, related", user: "moira", open: ofCase("/cases?view=all", "?tab=related") },
  { name: "case, print", user: "moira", open: ofCase("/cases?view=closed", "/print") },
  { name: "expedite", user: "moira", open: ofCase("/cases?view=with-icann", "/expedite") },
  { name: "cancel", user: "moira", open: ofCase("/cases?view=with-icann", "/cancel") },
  { name: "windows", user: "rhys", open: "/maintenance" },
  { name: "windows, many", user: "omar", open: "/maintenance" },
  { name: "windows, only read", user: "edgar", open: "/maintenance?view=enabled" },
  { name: "windows, filtered", user: "rhys", open: "/maintenance?view=enabled&tld=ferrylane&service=epp&phase=past&sort=name" },
  { name: "windows, none", user: "rhys", open: "/maintenance?q=zzzzzz" },
  { name: "calendar of windows", user: "rhys", open: "/maintenance/calendar" },
  { name: "calendar of windows, empty", user: "rhys", open: "/maintenance/calendar?month=2030-02" },
  { name: "upcoming window", user: "rhys", open: ofWindow("phase=upcoming") },
  { name: "edit a window", user: "rhys", open: ofWindow("phase=upcoming", "/edit") },
  { name: "edit an ongoing window", user: "rhys", open: ofWindow("phase=ongoing", "/edit") },
  { name: "edit a past window", user: "rhys", open: ofWindow("phase=past", "/edit") },
  { name: "delete a window", user: "rhys", open: ofWindow("phase=upcoming", "/delete") },
  { name: "delete windows", user: "rhys", answer: true, open: async (page) => {
    await page.goto("/maintenance");
    await page.locator("#window-all").check();
    await page.getByRole("button", { name: "Delete ticked" }).click();
    await page.getByRole("button", { name: "Validate" }).click();
    await expect(page.locator("tr.bad").first()).toBeVisible();
  } },
  { name: "add windows", user: "rhys", open: "/maintenance/new" },
  { name: "add windows, 40 TLDs", user: "omar", open: "/maintenance/new" },
  { name: "add windows, refused", user: "rhys", answer: true, open: async (page) => {
    await page.goto("/maintenance/new");
    await page.getByLabel(/^Start/).fill("2027-03-28T01:30");
    await page.locator("form.form").evaluate((form) => form.setAttribute("novalidate", ""));
    await page.locator("button.primary").click();
    await expect(page.locator("#start-error")).toBeVisible();
  } },
  { name: "verify windows", user: "omar", answer: true, open: async (page) => {
    await page.goto("/maintenance/new");
    await page.locator("#tlds-all").check();
    await page.getByRole("checkbox", { name: "DNS", exact: true }).check();
    await page.getByLabel("Name").fill("Many at once");
    await page.getByLabel(/^Start/).fill(new Date(Date.now() + 3e8).toISOString().slice(0, 16));
    await page.getByLabel(/^End/).fill(new Date(Date.now() + 6e8).toISOString().slice(0, 16));
    await page.locator("button.primary").click();
    await page.getByRole("button", { name: "Validate" }).click();
    await expect(page.locator("td.result").first()).toBeVisible();
  } },
  { name: "calendar programs", user: "rhys", open: "/maintenance/feed" },
  { name: "revoke the calendar address", user: "rhys", open: "/maintenance/feed/revoke" },
  { name: "TLS, TLDs", user: "rhys", open: "/tls" },
  { name: "TLS, many TLDs", user: "omar", open: "/tls" },
  { name: "TLS, only read", user: "edgar", open: "/tls" },
  { name: "TLS, none", user: "rhys", open: "/tls?q=zzzzzz" },
  { name: "TLS of a TLD", user: "rhys", open: "/tls/tlds/ferrylane" },
  { name: "TLS of a TLD without entries", user: "rhys", open: "/tls/tlds/towpath" },
  { name: "TLS of a TLD with a provider", user: "omar", open: "/tls/tlds/cornershop" },
  { name: "TLS entry", user: "rhys", open: ofEntry("ferrylane") },
  { name: "TLS entry, open to all", user: "omar", open: ofEntry("beekeepers") },
  { name: "edit a TLS entry", user: "rhys", open: ofEntry("ferrylane", "/edit") },
  { name: "delete a TLS entry", user: "rhys", open: ofEntry("ferrylane", "/delete") },
  { name: "add a TLS entry", user: "rhys", open: "/tls/new" },
  { name: "add a TLS entry, 40 TLDs", user: "omar", open: "/tls/new" },
  { name: "add a TLS entry, refused", user: "rhys", answer: true, open: async (page) => {
    await fillInEntry(page, "*.wrong");
    await expect(page.locator("#hosts-error")).toBeVisible();
  } },
  { name: "verify a TLS entry", user: "rhys", answer: true, open: async (page) => {
    await fillInEntry(page, "tlsa.acme-registry.example");
    await expect(page.locator("td.result").first()).toBeVisible();
  } },
  { name: "TLS entries", user: "omar", open: "/tls/clients" },
  { name: "TLS entries, none", user: "rhys", open: "/tls/clients?host=nothing.example" },
  { name: "edit TLS entries", user: "omar", answer: true, open: async (page) => {
    await page.goto("/tls/clients");
    await page.locator("#client-all").check();
    await page.getByRole("button", { name: "Edit ticked" }).click();
    await page.getByRole("checkbox", { name: "Change the IP addresses" }).check();
    await expect(page.getByLabel("IP addresses", { exact: true })).toBeVisible();
  } },
  { name: "delete TLS entries", user: "omar", answer: true, open: async (page) => {
    await page.goto("/tls/clients");
    await page.locator("#client-all").check();
    await page.getByRole("button", { name: "Delete ticked" }).click();
    await expect(page.getByRole("button", { name: "Delete the entries" })).toBeVisible();
  } },
  { name: "test a certificate", user: "rhys", open: "/tls/check?host=tlsa.acme-registry.example" },
  { name: "test a certificate, a key", user: "rhys", answer: true, open: async (page) => {
    await page.goto("/tls/check?host=tlsa.acme-registry.example");
    await page.getByLabel("Certificate").fill("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----");
    await page.getByRole("button", { name: "Test" }).click();
    await expect(page.locator("#certificate-error")).toBeVisible();
    await expect(page.getByLabel("Certificate")).toHaveValue("");
  } },
  { name: "provider access", user: "omar", open: "/tls/grants?all=true" },
  { name: "provider access, none", user: "rhys", open: "/tls/grants" },
  { name: "let a provider in", user: "omar", open: "/tls/grants/new" },
  { name: "let a provider in, refused", user: "omar", answer: true, open: async (page) => {
    await page.goto("/tls/grants/new");
    await submit(page, "Let them in");
    await expect(page.locator("#tlds-error")).toBeVisible();
  } },
  { name: "change a provider’s access", user: "omar", open: async (page) => {
    await page.goto("/tls/grants");
    await page.getByRole("link", { name: /^Change/ }).first().click();
    await expect(page.getByLabel("Last day")).toBeVisible();
  } },
  { name: "revoke a provider’s access", user: "omar", open: async (page) => {
    await page.goto("/tls/grants");
    await page.getByRole("link", { name: /^Revoke/ }).first().click();
    await expect(page.getByRole("button", { name: "Revoke the access" })).toBeVisible();
  } },
  { name: "provider uploads", user: "omar", open: "/tls/consents" },
  { name: "provider upload to decide upon", user: "omar", open: firstOf("/tls/consents") },
  { name: "provider upload, only read", user: "edgar", open: firstOf("/tls/consents") },
  { name: "portfolio", user: "sjoerd", open: "/tls?granted=true" },
  { name: "provider’s TLD", user: "sjoerd", open: "/tls/tlds/cornershop" },
  { name: "access received", user: "sjoerd", open: "/tls/grants" },
  { name: "uploads", user: "sjoerd", open: "/tls/uploads" },
  { name: "upload", user: "sjoerd", open: firstOf("/tls/uploads") },
  { name: "withdraw an upload", user: "sjoerd", open: async (page) => {
    await firstOf("/tls/uploads")(page);
    await page.getByRole("link", { name: "Withdraw" }).click();
    await expect(page.getByRole("button", { name: "Withdraw it" })).toBeVisible();
  } },
  { name: "new upload", user: "sjoerd", open: "/tls/uploads/new" },
  { name: "new upload, with problems", user: "sjoerd", answer: true, open: async (page) => {
    await fillInUpload(page, "nowhere,*.example,everything,192.0.2.1/24");
    await expect(page.getByRole("button", { name: "Back to the rows" })).toBeVisible();
  } },
  { name: "new upload, attest", user: "sjoerd", answer: true, open: async (page) => {
    await fillInUpload(page, "ferrylane,tlsa.corvane.example,probe-node-list,203.0.113.7");
    await submit(page, "Upload");
    await expect(page.locator("#attest-error")).toBeVisible();
  } },
  { name: "reports", user: "rhys", open: "/reports" },
  { name: "reports, many TLDs", user: "omar", open: "/reports" },
  { name: "reports, some TLDs", user: "caleb", open: "/reports?sort=tld" },
  { name: "reports, only read", user: "edgar", open: "/reports" },
  { name: "late reports", user: "omar", open: "/reports?view=late" },
  { name: "reports, none", user: "rhys", open: "/reports?q=zzzzzz" },
  { name: "reports of a TLD", user: "rhys", open: "/reports/ferrylane" },
  { name: "submissions of a TLD", user: "rhys", open: "/reports/ferrylane/submissions" },
  { name: "submissions of one kind", user: "omar", open: "/reports/cornershop/submissions?kind=transactions" },
  { name: "my info", user: "lucia", open: "/my/info" },
  { name: "security", user: "moira", open: "/my/security" },
  { name: "change password", user: "moira", open: "/my/security/password" },
  { name: "change password, refused", user: "moira", answer: true, open: async (page) => {
    await makeFactorFresh(page, SHARED.moira);
    await page.goto("/my/security/password");
    await page.getByLabel("Present password").fill("wrong");
    await page.getByLabel("New password").fill("short");
    await submit(page, "Change password");
    await expect(page.locator("#new_password-error")).toBeVisible();
  } },
  { name: "add an authenticator", user: "moira", open: fresh("moira", "/my/security/factors/new") },
  { name: "add a passkey", user: "moira", open: fresh("moira", "/my/security/passkeys/new") },
  { name: "confirm that it is you", user: "moira", answer: true, open: late("moira") },
  { name: "confirm with a recovery code", user: "moira", answer: true, open: async (page) => {
    await late("moira")(page);
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await expect(page.getByLabel("Recovery code")).toBeVisible();
  } },
  { name: "confirm, refused", user: "moira", answer: true, open: async (page) => {
    await late("moira")(page);
    await page.getByLabel("Code from your app").fill("12345");
    await submit(page, "Confirm");
    await expect(page.locator("#code-error")).toBeVisible();
  } },
  { name: "activity", user: "moira", open: "/my/security/activity" },
  { name: "activity, none", user: "moira", open: "/my/security/activity?kind=passkey.cloned" },
  { name: "activity, backwards", user: "moira", open: "/my/security/activity?from=2026-02-02&to=2026-01-01" },
  { name: "activity of the account", user: "omar", open: "/account/activity" },
  { name: "new recovery codes", user: "gwen", open: "/my/security/recovery-codes" },
  { name: "recovery codes", user: "gwen", answer: true, open: async (page) => {
    await makeFactorFresh(page, SHARED.gwen);
    await page.goto("/my/security/recovery-codes");
    await page.getByRole("button", { name: "Make new codes" }).click();
    await expect(page.locator("#codes")).toBeVisible();
  } },
  { name: "users of the account", user: "omar", open: "/account/users" },
  { name: "invite a contact", user: "omar", open: async (page) => {
    await page.goto("/account/users");
    await page.getByRole("link", { name: "Invite Yvonne Castellaw" }).click();
    await expect(page.getByRole("button", { name: "Send the invitation" })).toBeVisible();
  } },
  { name: "cancel an invitation", user: "omar", open: async (page) => {
    await page.goto("/account/users");
    await page.getByRole("row", { name: INVITED.name }).getByRole("link", { name: "Cancel" }).click();
  } },
  { name: "no such page", user: "moira", open: "/cases/99999999" },
  { name: "a mail", user: "moira", open: async (page) => {
    await page.goto("/dev/mail");
    await page.locator("a[data-row]").first().click();
    await expect(page.locator("pre.mail-text")).toBeVisible();
  } },
];

const staff: PortalPage[] = [
  { name: "queue", user: "mateo", open: "/staff/queue" },
  { name: "queue, none", user: "mateo", open: "/staff/queue?view=all&q=zzzzzz" },
  { name: "queue, accounts found", user: "mateo", open: "/staff/queue?find=registry" },
  { name: "staff case", user: "mateo", open: ofCase("/staff/queue?status=in-progress") },
  { name: "staff case, unassigned", user: "mateo", open: ofCase("/staff/queue?view=unassigned") },
  { name: "staff case, closed", user: "mateo", open: ofCase("/staff/queue?view=closed") },
  { name: "staff case, canceled", user: "mateo", open: ofCase("/staff/queue?view=all&status=canceled") },
  { name: "ask for information", user: "mateo", open: ofCase("/staff/queue?status=in-progress", "/ask") },
  { name: "decide on expedite", user: "mateo", open: ofCase("/staff/queue?view=expedite", "/expedite") },
  { name: "close", user: "mateo", open: ofCase("/staff/queue?status=in-progress", "/close") },
  { name: "close, refused", user: "mateo", answer: true, open: async (page) => {
    await page.goto((await firstCase(page, "/staff/queue?status=in-progress")) + "/close");
    await submit(page, "Close the case");
    await expect(page.getByRole("alert")).toBeVisible();
  } },
  { name: "cancel, as staff", user: "mateo", open: ofCase("/staff/queue?status=in-progress", "/cancel") },
  { name: "re-open", user: "mateo", open: ofCase("/staff/queue?view=reopen", "/reopen") },
  { name: "leave closed", user: "mateo", open: ofCase("/staff/queue?view=reopen", "/decline") },
  { name: "accounts", user: "mateo", open: "/staff/accounts" },
  { name: "accounts, none", user: "mateo", open: "/staff/accounts?q=zzzzzz" },
  { name: "account", user: "mateo", open: async (page) => {
    await page.goto("/staff/accounts?q=ostrelle");
    await page.locator("a[data-row]").first().click();
  } },
  { name: "users", user: "mateo", open: "/staff/users" },
  { name: "users, none", user: "mateo", open: "/staff/users?q=zzzzzz" },
  { name: "user", user: "mateo", open: ofUser("caleb@") },
  { name: "user with three accounts", user: "mateo", open: ofUser("lucia@") },
  { name: "reset lost factors", user: "mateo", open: async (page) => {
    await ofUser("caleb@")(page);
    await page.getByRole("link", { name: "Reset lost factors" }).click();
  } },
  { name: "windows, as staff", user: "mateo", open: "/maintenance" },
  { name: "window, as staff", user: "mateo", open: ofWindow("phase=upcoming") },
  { name: "TLS, as staff", user: "mateo", open: "/tls" },
  { name: "TLS of a TLD, as staff", user: "mateo", open: "/tls/tlds/cornershop" },
  { name: "TLS entries, as staff", user: "mateo", open: "/tls/clients" },
  { name: "provider uploads, as staff", user: "mateo", open: "/tls/consents" },
  { name: "uploads, as staff", user: "mateo", open: "/tls/uploads" },
  { name: "reports, as staff", user: "mateo", open: "/reports" },
  { name: "late reports, as staff", user: "mateo", open: "/reports?view=late" },
  { name: "reports of a TLD, as staff", user: "mateo", open: "/reports/cornershop" },
  { name: "submissions of a TLD, as staff", user: "mateo", open: "/reports/cornershop/submissions" },
  { name: "my info, as staff", user: "mateo", open: "/my/info" },
  { name: "no such page, as staff", user: "mateo", open: "/no-such-page" },
];

const PAGES: PortalPage[] = [...strangers, ...parties, ...staff];

/** The pages, by who opens them. */
export const BY_USER = new Map([...new Set(PAGES.map(({ user }) => user))].map((user) => [user, PAGES.filter((page) => page.user === user)]));

/** Opens a page of the table. */
export async function openPage(page: Page, { open }: PortalPage): Promise<void> {
  if (typeof open === "string") await page.goto(open);
  else await open(page);
  await expect(page.locator("main")).toBeVisible();
}

export function who(user: Shared | undefined): string {
  return user ? SHARED[user] : "a stranger";
}
