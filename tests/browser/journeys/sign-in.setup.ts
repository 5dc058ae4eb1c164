// Signs in the users whom the journeys share, once: a code works once.

import { test as setup } from "@playwright/test";
import { SHARED, session, signInQuickly, type Shared } from "./people.ts";

setup("shared users sign in", async ({ playwright, baseURL }) => {
  for (const [user, email] of Object.entries(SHARED)) {
    const request = await playwright.request.newContext({ baseURL });
    await signInQuickly(request, email);
    await request.storageState({ path: session(user as Shared) });
    await request.dispose();
  }
});
