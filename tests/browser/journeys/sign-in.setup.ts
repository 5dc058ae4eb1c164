// Signs in the users whom the journeys share, once: a code works once. Omar invites a contact, for whoever looks at that.

import { test as setup } from "@playwright/test";
import { INVITED, SHARED, elsewhere, inviteQuickly, session, signInQuickly, type Shared } from "./people.ts";

setup("shared users sign in", async ({ playwright, baseURL }) => {
  for (const [user, email] of Object.entries(SHARED)) {
    const request = await playwright.request.newContext({ baseURL, extraHTTPHeaders: elsewhere() });
    await signInQuickly(request, email);
    if (user === "omar") await inviteQuickly(request, INVITED.name);
    await request.storageState({ path: session(user as Shared) });
    await request.dispose();
  }
});
