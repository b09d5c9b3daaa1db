/**
 * The phone page in a browser, against services that the tests script; `phone_test.ts` has it with the real server.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { FakeServices, fakeSession } from "../web/testing/fake_services.ts";
import { Motion } from "./motion.ts";
import {
  assertAccessible,
  assertFingerTargets,
  pageTest,
  type PageTestOptions,
  PHONE,
  sidewaysScroll,
} from "./page.ts";

const NARROW = { ...PHONE, viewport: { width: 360, height: 740 } };
const REVOKED = "this key was revoked: pair the phone again on the Devices page";

const problem = (status: number, detail: string) =>
  Response.json({ detail }, { status, headers: { "content-type": "application/problem+json" } });

/** A phone that has scanned its code; with a sensor, it walks. */
function phoneTest(
  name: string,
  options: Partial<PageTestOptions> & { hasSensor: boolean },
  run: (visit: { page: Page; services: FakeServices; start(): Promise<void> }) => Promise<void>,
): void {
  let motion: Motion | null = null;
  pageTest(name, {
    path: "/phone#p=code-1",
    ready: ".start",
    context: NARROW,
    ...options,
    async prepare(services, page) {
      await services.pairing.offer("anna", "Anna's phone", "admin");
      motion = options.hasSensor ? await Motion.of(page) : null;
      await options.prepare?.(services, page);
    },
  }, async ({ page, services }) => {
    try {
      await motion?.play("walking");
      const start = async () => {
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByRole("button", { name: "Stop" }).waitFor();
      };
      await run({ page, services, start });
    } finally {
      await motion?.stop();
    }
  });
}

const stopTop = (page: Page) =>
  page.getByRole("button", { name: "Stop" }).evaluate((element) => element.getBoundingClientRect().top);

pageTest(
  "a phone that is not paired is told how, step by step",
  { path: "/phone", ready: ".phone .steps", context: NARROW },
  async ({ page }) => {
    assert.match(await page.locator(".phone").innerText(), /not paired yet[^]*Pair a phone[^]*Scan the code/);
    assert.equal(await sidewaysScroll(page), 0);
    await assertAccessible(page);
    await assertFingerTargets(page);
  },
);

pageTest(
  "a code that is not good is told with what to do, and is gone from the address",
  { path: "/phone#p=nonsense", ready: ".phone .notice", context: NARROW, expectedErrors: [/status of 404/] },
  async ({ page }) => {
    const alert = page.getByRole("alert").filter({ hasText: "The code is not known here" });
    assert.match(await alert.innerText(), /Scan the one that the Devices page shows now/);
    assert.equal(new URL(page.url()).hash, "");
    await assertAccessible(page);
  },
);

phoneTest(
  "recording: the state is a word that is read aloud, and Stop stays where it is whatever comes",
  { hasSensor: true, expectedErrors: [/status of 503/, /status of 403/] },
  async ({ page, services, start }) => {
    await assertAccessible(page);
    await assertFingerTargets(page);
    await page.setViewportSize(NARROW.viewport);
    await start();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    assert.equal(await focused(), "Stop");
    const top = await stopTop(page);
    const word = page.locator(".own").getByRole("status");
    assert.equal(await word.innerText(), "recording");
    services.liveSessions = [fakeSession("anna", Date.now(), [["walking", 30]])];
    await word.filter({ hasText: "walking" }).waitFor();
    await page.getByText("97\u00a0%").waitFor();
    assert.equal(await stopTop(page), top);
    assert.equal(await word.innerText(), "walking", "the percentage is not read aloud");
    services.liveSessions = [fakeSession("anna", Date.now(), [["stationary", 30]])];
    await word.filter({ hasText: "stationary" }).waitFor();
    assert.equal(await stopTop(page), top);
    assert.equal(await sidewaysScroll(page), 0);
    await assertAccessible(page);
    await assertFingerTargets(page);
    await page.setViewportSize(NARROW.viewport);

    services.ingest.post = () => Promise.resolve(problem(503, "The disk is full."));
    await page.getByText("Kept on this phone:").waitFor();
    await page.getByText("Reason: The disk is full.").waitFor();
    assert.equal(await stopTop(page), top);
    services.ingest.post = () => Promise.resolve(problem(403, REVOKED));
    await page.getByRole("alert").filter({ hasText: "does not take readings" }).waitFor();
    await page.getByText(REVOKED).waitFor();
    assert.equal(await stopTop(page), top);
    await assertAccessible(page);

    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Start" }).waitFor();
    assert.equal(await focused(), "Start");
    await page.getByText("does not take readings").waitFor();
  },
);

phoneTest(
  "a device without a motion sensor says so, and claims nothing else",
  { hasSensor: false },
  async ({ page, start }) => {
    await start();
    await page.getByRole("alert").filter({ hasText: "no motion sensor" }).waitFor();
    assert.equal(await page.locator(".own").innerText(), "no readings");
    assert.equal(await page.getByText("is with the server").count(), 0);
    await assertAccessible(page);
  },
);

phoneTest(
  "a second tab does not record too: it names the other, and takes over when that is closed",
  { hasSensor: true },
  async ({ page, start }) => {
    await start();
    await page.getByText(/\d readings a second/).waitFor();
    const second = await page.context().newPage();
    await Motion.of(second);
    await second.goto(page.url());
    await second.getByRole("alert").filter({ hasText: "Another tab is recording already" }).waitFor();
    await assertAccessible(second);
    await page.goto("about:blank");
    await second.getByRole("button", { name: "Record here" }).click();
    await second.getByRole("button", { name: "Stop" }).waitFor();
  },
);

phoneTest(
  "how long the page was hidden while recording is told afterwards",
  { hasSensor: true, prepare: (_, page) => page.clock.install() },
  async ({ page, start }) => {
    await start();
    const show = (state: "hidden" | "visible") =>
      page.evaluate((visibilityState) => {
        Object.defineProperty(document, "visibilityState", { value: visibilityState, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    await show("hidden");
    await page.clock.fastForward(65_000);
    await show("visible");
    await page.getByText(/Paused for 1 min while this page was hidden/).waitFor();
    await assertAccessible(page);
  },
);

phoneTest(
  "when motion is not allowed the page says where to allow it, and the button tries again",
  {
    hasSensor: false,
    prepare: (_, page) =>
      page.addInitScript(() => {
        Object.assign(DeviceMotionEvent, { requestPermission: () => Promise.resolve("denied") });
      }),
  },
  async ({ page }) => {
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("alert").filter({ hasText: "Motion was not allowed" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Start" }).isEnabled(), true);
    await assertAccessible(page);
  },
);

pageTest(
  "without JavaScript the page says that it needs it, and what works without",
  { path: "/phone", ready: ".no-script", context: { ...NARROW, javaScriptEnabled: false } },
  async ({ page }) => {
    assert.match(await page.locator(".no-script").innerText(), /JavaScript[^]*Sensor Logger/);
  },
);

pageTest(
  "how to trust the server is told platform by platform, with the fingerprint to compare",
  {
    path: "/trust",
    ready: ".trust",
    context: NARROW,
    prepare: (services) => {
      services.tls = { certificate: new Uint8Array([48, 3]), fingerprint: "AB:CD:".repeat(16).slice(0, -1) };
    },
  },
  async ({ page }) => {
    await assertAccessible(page);
    await assertFingerTargets(page);
    await page.setViewportSize(NARROW.viewport);
    for (const name of ["iPhone and iPad", "Android (Chrome)", "Firefox on Android"]) {
      await page.locator("summary", { hasText: name }).click();
    }
    await page.getByText("Certificate Trust Settings").waitFor();
    assert.equal(await sidewaysScroll(page), 0);
    await assertAccessible(page);
    const download = page.getByRole("link", { name: "Download the certificate" });
    assert.equal(await download.getAttribute("href"), "/ca.crt");
  },
);
