/**
 * The phone page over HTTPS into the real server: recorded motion as real events, without network, reloaded, the server killed.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { EmbeddedLog } from "../log/embedded/log.ts";
import { findChromium, launchChromium } from "./browser.ts";
import { lanServer } from "./lan_server.ts";
import { Motion } from "./motion.ts";
import { PHONE } from "./page.ts";
import { delay } from "./phones.ts";
import type { ServerProcess } from "./server.ts";

const chromium = findChromium();
/** How long the network is away, s. CI has less time than the 60 of the full run: PHONE_OFFLINE_S=60. */
const OFFLINE_S = Number(Deno.env.get("PHONE_OFFLINE_S") ?? 12);
/** From the scan to the first classified window. */
const FIRST_WINDOW_MS = 15_000;
const DEVICE = "anna-phone";
/** The page and the test read the clock one after the other, and readings are 16 ms apart. */
const SAME_MS = 5;
/** From the old page's last reading to the new one's first. */
const RELOAD_MS = 3000;

interface Setting {
  dataDir: string;
  page: Page;
  motion: Motion;
  server: ServerProcess;
  /** The server after a restart, on the same ports. */
  restart(): Promise<void>;
  /** Address over TLS. */
  secure: string;
}

function phoneTest(name: string, run: (setting: Setting) => Promise<void>): void {
  Deno.test({ name, ignore: chromium === null }, async () => {
    const dataDir = await Deno.makeTempDir();
    const { start, secure } = lanServer(dataDir);
    // Service workers need a certificate that the browser trusts; a phone was told to, this one takes any.
    const browser = await launchChromium(chromium!, ["--ignore-certificate-errors"]);
    const setting = { dataDir, server: await start(), secure } as Setting;
    setting.restart = async () => void (setting.server = await start());
    try {
      const context = await browser.newContext({ ...PHONE, ignoreHTTPSErrors: true });
      setting.page = await context.newPage();
      setting.motion = await Motion.of(setting.page);
      await run(setting);
    } finally {
      await setting.motion?.stop();
      await browser.close();
      await setting.server.stop();
      await Deno.remove(dataDir, { recursive: true });
    }
  });
}

/** What the admin's Devices page asks for and the phone's camera reads. */
async function scanCode({ server, secure }: Setting): Promise<string> {
  const body = JSON.stringify({ name: "Anna's phone" });
  const response = await fetch(`${server.url}/api/devices/${DEVICE}/pairing`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  assert.equal(response.status, 201);
  const { pages: [{ url }] } = await response.json();
  return `${secure}/phone${new URL(url).hash}`;
}

/** What a page was sent until it was gone, or until Stop was pressed in it. */
interface Seen {
  /** Of every event, ms since the Unix epoch by the page's own clock. */
  timesMs: number[];
  /** Whether Stop was pressed: what came later is not in `timesMs`. */
  isStopped: boolean;
}

/** Remembers every event a page was sent, beside the page itself and across reloads. @returns page after page */
async function watchEvents(page: Page): Promise<() => Promise<Seen[]>> {
  await page.addInitScript(() => {
    const pages: Seen[] = JSON.parse(localStorage.getItem("seen") ?? "[]");
    const seen: Seen = { timesMs: [], isStopped: false };
    pages.push(seen);
    addEventListener("devicemotion", (event) => {
      if ((event as DeviceMotionEvent).accelerationIncludingGravity?.x === null || seen.isStopped) return;
      seen.timesMs.push(event.timeStamp + performance.timeOrigin);
    });
    addEventListener("click", ({ target }) => {
      seen.isStopped ||= (target as HTMLElement).textContent === "Stop";
    }, { capture: true });
    addEventListener("pagehide", () => localStorage.setItem("seen", JSON.stringify(pages)));
    Object.assign(globalThis, { seenPages: pages });
  });
  return () => page.evaluate(() => (globalThis as unknown as { seenPages: Seen[] }).seenPages);
}

/** Fails unless what was stored is what a page was sent from some event on to the last, without a break. */
function assertUnbroken(storedMs: number[], { timesMs }: Seen): void {
  const sentMs = timesMs.slice(-storedMs.length);
  assert.equal(storedMs.length, sentMs.length);
  const aheadMs = storedMs[0] - sentMs[0];
  storedMs.forEach((ms, i) => {
    assert(Math.abs(ms - sentMs[i] - aheadMs) < SAME_MS, `reading ${i}: ${ms} for ${sentMs[i]}`);
  });
}

const state = (page: Page, activity: string) => page.locator(".own strong", { hasText: activity });

/** Every reading of the phone that the log has, by time. */
async function readingsIn(dataDir: string): Promise<{ sessions: Set<string>; timesMs: number[] }> {
  const options = { path: `${dataDir}/log.db`, partitions: 4, retentionMs: 86_400_000, retentionBytes: 1e9 };
  const log = new EmbeddedLog({ ...options, seenMs: 86_400_000 });
  const sessions = new Set<string>(), timesMs: number[] = [];
  for (let partition = 0; partition < log.partitions; partition++) {
    for (let from = 0;;) {
      const { records, next } = await log.readRaw(partition, from, 1000);
      if (records.length === 0) break;
      for (const { record } of records) {
        sessions.add(record.sessionId);
        timesMs.push(...record.tMs.subarray(0, record.count));
      }
      from = next;
    }
  }
  await log.close();
  return { sessions, timesMs: timesMs.sort((a, b) => a - b) };
}

phoneTest(
  "from the scan to the first classified window it is under 15 s, and walking and running are told apart",
  async (setting) => {
    const { page, motion } = setting;
    await motion.play("walking");
    const url = await scanCode(setting);
    const scannedMs = performance.now();
    await page.goto(url);
    await page.getByRole("heading", { name: "Anna's phone" }).waitFor();
    assert.equal(new URL(page.url()).hash, "", "the code must not stay in the address");
    await page.getByRole("button", { name: "Start" }).click();
    await state(page, "walking").waitFor({ timeout: FIRST_WINDOW_MS });
    const tookMs = performance.now() - scannedMs;
    console.log(`from the scan to the first window: ${Math.round(tookMs)} ms`);
    assert(tookMs < FIRST_WINDOW_MS);
    await page.getByText("Everything recorded is with the server").waitFor();
    await motion.play("running");
    await state(page, "running").waitFor({ timeout: FIRST_WINDOW_MS });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Start" }).waitFor();
  },
);

phoneTest(
  "without network, reloaded meanwhile, the server killed: every reading arrives once and the session has no hole",
  async (setting) => {
    const { page, motion } = setting;
    await motion.play("walking");
    const seen = await watchEvents(page);
    await page.goto(await scanCode(setting));
    await page.getByRole("button", { name: "Start" }).click();
    await state(page, "walking").waitFor({ timeout: FIRST_WINDOW_MS });

    await page.context().setOffline(true);
    await page.getByText("Kept on this phone:").waitFor();
    await delay(OFFLINE_S * 500);
    // Page and scripts come from what the browser kept; recording goes on by itself.
    await page.reload();
    await page.getByText("Kept on this phone:").waitFor();
    await delay(OFFLINE_S * 500);
    await page.context().setOffline(false);
    await page.getByText("Everything recorded is with the server").waitFor({ timeout: 60_000 });

    await setting.server.kill();
    await page.getByText("Kept on this phone:").waitFor({ timeout: 30_000 });
    await setting.restart();
    await page.getByText("Everything recorded is with the server").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Start" }).waitFor();
    await page.getByText("readings wait here").waitFor({ state: "hidden" });
    const [before, after] = await seen();

    const [session] = (await (await fetch(`${setting.server.url}/api/sessions`)).json()).items;
    assert.equal(session.gaps, 0);
    await setting.server.stop();
    const { sessions, timesMs } = await readingsIn(setting.dataDir);
    assert.equal(sessions.size, 1);
    assert.equal(new Set(timesMs).size, timesMs.length, "no reading twice");
    assert.deepEqual([before.isStopped, after.isStopped], [false, true]);
    const isBefore = (ms: number) => ms < (before.timesMs.at(-1)! + after.timesMs[0]) / 2;
    const split = timesMs.findIndex((ms) => !isBefore(ms));
    assertUnbroken(timesMs.slice(0, split), before);
    assertUnbroken(timesMs.slice(split), after);
    // Only while the page is being loaded again nobody listens to the sensor.
    const reloadMs = timesMs[split] - timesMs[split - 1];
    assert(reloadMs < RELOAD_MS, `${reloadMs} ms`);
    console.log(
      `${timesMs.length} readings in ${Math.round((timesMs.at(-1)! - timesMs[0]) / 1000)} s, each once, ${
        Math.round(reloadMs)
      } ms to reload`,
    );
    await setting.restart();
  },
);

phoneTest(
  "a revoked phone says so, keeps what it records, and sends it when it is paired again",
  async (setting) => {
    const { page, motion } = setting;
    await motion.play("walking");
    await page.goto(await scanCode(setting));
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("Everything recorded is with the server").waitFor();
    const revoked = await fetch(`${setting.server.url}/api/devices/${DEVICE}/key`, { method: "DELETE" });
    assert.equal(revoked.status, 200);
    await page.getByText("The server does not take readings from this phone any more.").waitFor();
    await page.getByText(/this key was revoked/).waitFor();
    await delay(3000);
    await page.goto(await scanCode(setting));
    await page.reload();
    await page.getByText("Everything recorded is with the server").waitFor({ timeout: 30_000 });
    await state(page, "walking").waitFor({ timeout: FIRST_WINDOW_MS });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Start" }).waitFor();
    const [session, ...others] = (await (await fetch(`${setting.server.url}/api/sessions`)).json()).items;
    assert.deepEqual([session.gaps, others.length], [0, 0]);
  },
);
