/**
 * `deno task screenshots`: pictures of every page, narrow and wide, light and dark, empty and full, of the real server.
 *
 * @module
 */
import type { Browser } from "playwright-core";
import { findChromium, launchChromium } from "./browser.ts";
import { DESK, PHONE } from "./page.ts";
import { delay } from "./phones.ts";
import { fillServer } from "./sample_data.ts";
import { startServer } from "./server.ts";

const OUT = new URL("../data/screenshots/", import.meta.url).pathname;
const PAGES: Record<string, string> = {
  live: "/",
  sessions: "/sessions",
  thresholds: "/thresholds",
  devices: "/devices",
  status: "/status",
  "dead-letters": "/dead-letters",
  account: "/account",
  users: "/users",
  audit: "/audit",
  setup: "/setup",
  "sign-in": "/sign-in",
  "not-found": "/nowhere",
};
/** Pages that only a full server has. */
const FULL_PAGES: Record<string, string> = {
  session: "/sessions/day-1?deviceId=pixel-8",
  "live-device": "/live/pixel-8",
};
const VIEWPORTS = { 390: PHONE, 1280: DESK };
/** A minute of line in the live charts would take a minute: enough to see what the page is like. */
const LIVE_MS = 25_000;
/** Charts are drawn when their data have come. */
const SETTLE_MS = 900;

if (import.meta.main) await main(Deno.args[0] ?? OUT);

async function main(out: string): Promise<void> {
  const chromium = findChromium();
  if (chromium === null) Deno.exit(1);
  await Deno.mkdir(out, { recursive: true });
  const dataDir = await Deno.makeTempDir();
  const browser = await launchChromium(chromium);
  try {
    await using server = await startServer({ DATA_DIR: dataDir });
    await shoot(browser, server.url, PAGES, `${out}/empty`);
    console.log("filling the server");
    const stop = await fillServer(server.url);
    await delay(LIVE_MS);
    await shoot(browser, server.url, { ...PAGES, ...FULL_PAGES }, `${out}/full`);
    await stop();
  } finally {
    await browser.close();
    await Deno.remove(dataDir, { recursive: true });
  }
  console.log(`pictures are in ${out}`);
}

async function shoot(browser: Browser, url: string, pages: Record<string, string>, prefix: string) {
  for (const [width, options] of Object.entries(VIEWPORTS)) {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ ...options, colorScheme });
      const page = await context.newPage();
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(url + path);
        await delay(SETTLE_MS);
        const file = `${prefix}-${name}-${width}-${colorScheme}.png`;
        await page.screenshot({ path: file, fullPage: true });
        console.log(file);
      }
      await context.close();
    }
  }
}
