// How the browser tests run. `cargo xtask test --only browser` starts the stack and sets the environment.

import { defineConfig, devices } from "@playwright/test";

function setting(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run the tests with \`cargo xtask test --only browser\``);
  }
  return value;
}

export default defineConfig({
  testDir: "./journeys",
  outputDir: setting("NSP_BROWSER_RESULTS"),
  // The whole stack has one set of data, and each journey must see only its own changes.
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  projects: [
    // Signs in once whoever the journeys share.
    { name: "sign in", testMatch: "sign-in.setup.ts" },
    { name: "journeys", testMatch: "*.spec.ts", dependencies: ["sign in"] },
  ],
  use: {
    ...devices["Desktop Chrome"],
    baseURL: setting("NSP_URL"),
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/London",
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    screenshot: "only-on-failure",
    // Pictures of every step cost as much time as the steps; the pages as they were do not.
    trace: { mode: "retain-on-failure", screenshots: false, snapshots: true, sources: false },
    launchOptions: {
      executablePath: setting("NSP_CHROMIUM"),
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
