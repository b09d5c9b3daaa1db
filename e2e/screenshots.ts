/**
 * `deno task screenshots`: pictures of every page, narrow and wide, light and dark, empty and full, of the real server; only dead
 * letters, which nothing but Kafka and Snowflake make, are scripted.
 *
 * @module
 */
import type { Browser, Page } from "playwright-core";
import { fakeDeadLetter, FakeServices } from "../web/testing/fake_services.ts";
import { findChromium, launchChromium } from "./browser.ts";
import { lanServer } from "./lan_server.ts";
import { Motion } from "./motion.ts";
import { DESK, PHONE, servePages } from "./page.ts";
import { delay } from "./phones.ts";
import { admit, fillServer } from "./sample_data.ts";

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
  phone: "/phone",
  trust: "/trust",
  "not-found": "/nowhere",
};
/** Pages that only a full server has. */
const FULL_PAGES: Record<string, string> = {
  session: "/sessions/day-1?deviceId=pixel-8",
  "live-device": "/live/pixel-8",
  device: "/devices/pixel-8",
  pairing: "/devices?pair=1",
};
/** What whoever has not signed in is shown. */
const OUTSIDE_PAGES: Record<string, string> = { "sign-in-wanted": "/audit?by=Anna" };
const LETTER_PAGES: Record<string, string> = {
  "dead-letters": "/dead-letters",
  "dead-letter": "/dead-letters/raw_sensor_data/0/7",
};
const VIEWPORTS = { 390: PHONE, 1280: DESK };
const SCHEMES = ["light", "dark"] as const;
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
  // The phone page works with a certificate that the browser trusts; this one takes any.
  const browser = await launchChromium(chromium, ["--ignore-certificate-errors"]);
  try {
    const { start, secure } = lanServer(dataDir, { INGEST_OPEN: "true" });
    await using server = await start();
    await shoot(browser, server.url, PAGES, `${out}/empty`);
    await shootLetters(browser, `${out}/full`);
    console.log("filling the server");
    const stop = await fillServer(server.url);
    await shootRecording(browser, server.url, secure, `${out}/full`);
    await delay(LIVE_MS);
    const cookie = await admit(server.url);
    await shoot(browser, server.url, { ...PAGES, ...FULL_PAGES }, `${out}/full`, cookie);
    await shoot(browser, server.url, OUTSIDE_PAGES, `${out}/full`);
    await stop();
  } finally {
    await browser.close();
    await Deno.remove(dataDir, { recursive: true });
  }
  console.log(`pictures are in ${out}`);
}

async function shoot(
  browser: Browser,
  url: string,
  pages: Record<string, string>,
  prefix: string,
  cookie?: string,
): Promise<void> {
  for (const [width, options] of Object.entries(VIEWPORTS)) {
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({ ...options, colorScheme });
      const [cookieName, value] = cookie?.split("=") ?? [];
      if (cookieName) await context.addCookies([{ name: cookieName, value, url }]);
      const page = await context.newPage();
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(url + path);
        await delay(SETTLE_MS);
        await picture(page, `${prefix}-${name}-${width}-${colorScheme}.png`);
      }
      await context.close();
    }
  }
}

async function picture(page: Page, path: string): Promise<void> {
  await page.screenshot({ path, fullPage: true });
  console.log(path);
}

/** A phone that has scanned its code, and walks. */
async function shootRecording(browser: Browser, url: string, secure: string, prefix: string): Promise<void> {
  const paired = await fetch(`${url}/api/devices/emma/pairing`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Emma's phone" }),
  });
  const { pages: [{ url: scanned }] } = await paired.json();
  const context = await browser.newContext({ ...PHONE, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const motion = await Motion.of(page);
  await motion.play("walking");
  await page.goto(`${secure}/phone${new URL(scanned).hash}`);
  const start = page.getByRole("button", { name: "Start" });
  await start.waitFor();
  await inEveryLook(page, `${prefix}-phone-ready`);
  await start.click();
  await page.locator(".own strong", { hasText: "walking" }).waitFor();
  await inEveryLook(page, `${prefix}-phone-recording`);
  await page.getByRole("button", { name: "Stop" }).click();
  await start.waitFor();
  await motion.stop();
  await context.close();
}

/** What cannot be opened four times. */
async function inEveryLook(page: Page, prefix: string): Promise<void> {
  for (const [width, { viewport }] of Object.entries(VIEWPORTS)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await delay(SETTLE_MS);
      await picture(page, `${prefix}-${width}-${colorScheme}.png`);
    }
  }
}

async function shootLetters(browser: Browser, prefix: string): Promise<void> {
  const services = new FakeServices();
  services.letters = [
    ...Array.from({ length: 12 }, (_, i) => fakeDeadLetter(18 - i)),
    fakeDeadLetter(3, { reason: "Snowflake: no such column", isRefused: true }),
  ];
  services.health = { ...services.health, deadLetters: services.letters.length };
  const server = await servePages(services);
  await shoot(browser, server.url, LETTER_PAGES, `${prefix}-scripted`);
  await server.close();
}
