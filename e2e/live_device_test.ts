/**
 * A phone's own live page in a browser: the result beside the readings it was made from.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { emptyBatch } from "../log/records.ts";
import { fakeRecord, type FakeServices, fakeSession } from "../web/testing/fake_services.ts";
import {
  assertAccessible,
  assertFingerTargets,
  DESK,
  pageTest,
  type PageTestOptions,
  PHONE,
  sidewaysScroll,
  type Visit,
} from "./page.ts";

const DELAY_MS = 2400;
const DEVICE = "pixel 8/ö";

async function showPhone(services: FakeServices): Promise<void> {
  services.liveSessions = [
    fakeSession("another", Date.now() - DELAY_MS, [["running", 60]]),
    fakeSession(DEVICE, Date.now() - DELAY_MS, [["stationary", 200], ["walking", 120]]),
  ];
  await services.devices.issueKey(DEVICE, "Anna's Pixel", "test");
}

function deviceTest(
  name: string,
  options: Partial<PageTestOptions>,
  run: (visit: Visit) => Promise<void>,
): void {
  const path = `/live/${encodeURIComponent(DEVICE)}`;
  pageTest(name, { path, ready: ".connection.live", prepare: showPhone, context: DESK, ...options }, run);
}

/** Publishes the last `seconds` of readings at 50 Hz: x as given, y is minus one, z is gravity. */
function publish(services: FakeServices, x: number, seconds = 1): void {
  const count = seconds * 50;
  const batch = {
    ...emptyBatch(count),
    deviceId: DEVICE,
    sessionId: "s",
    messageId: String(Date.now()),
    count,
  };
  for (let i = 0; i < count; i++) {
    batch.tMs[i] = Date.now() - (count - i) * 20;
    batch.xyz.set([x, -1, 9.81], 3 * i);
  }
  services.raw.publish(batch);
}

const traceText = (page: Page) =>
  page.getByRole("img", { name: /^Last 10 seconds/ }).getAttribute("aria-label");
const untilTrace = (page: Page, text: string) =>
  page.waitForFunction((part) => document.querySelector(".trace canvas")?.ariaLabel?.includes(part), text);

deviceTest("a card of the Live page leads to its phone's page, with the result and the readings", {
  path: "/",
}, async ({ page, services }) => {
  await page.getByRole("link", { name: "Anna's Pixel" }).click();
  await page.getByRole("heading", { name: "Anna's Pixel", level: 1 }).waitFor();
  await page.locator(".connection.live").waitFor();
  const result = page.getByRole("article", { name: "Result" });
  await result.getByText("walking", { exact: true }).waitFor();
  await page.getByText("Waiting for the phone's next readings…").waitFor();
  publish(services, 2.5);
  await untilTrace(page, "x 2.50 (2.50 to 2.50), y −1.00 (−1.00 to −1.00), z 9.81");
  await page.locator(".trace canvas[style]").waitFor();
  assert.equal(await page.locator(".raw-news").innerText(), "");
  services.push("activity", [fakeRecord(DEVICE, Date.now() - 1000, "running", { magnitude: 13.7 })]);
  await result.getByText("running", { exact: true }).waitFor();
  assert.match(
    await result.innerText(),
    /13\.7 m\/s²[^]*168 steps\/min[^]*50 readings\/s · last reading now/,
  );
  await page.getByText("As a table").click();
  const row = page.getByRole("row", { name: /^x/ });
  assert.deepEqual(await row.getByRole("cell").allInnerTexts(), ["2.50", "2.50", "2.50", "2.50"]);
});

deviceTest("the trace is drawn and moves", {}, async ({ page, services }) => {
  const pixels = () =>
    page.locator(".trace canvas").evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await page.locator(".trace canvas[style]").waitFor();
  publish(services, 5, 4);
  await untilTrace(page, "x 5.00");
  const before = await pixels();
  await page.waitForFunction(
    (old) => document.querySelector<HTMLCanvasElement>(".trace canvas")!.toDataURL() !== old,
    before,
  );
});

deviceTest("with reduced motion the trace stands still until readings come", {
  context: { ...DESK, reducedMotion: "reduce" },
}, async ({ page, services }) => {
  const pixels = () =>
    page.locator(".trace canvas").evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await page.locator(".trace canvas[style]").waitFor();
  publish(services, 5, 4);
  await untilTrace(page, "x 5.00");
  const before = await pixels();
  await page.evaluate(() =>
    new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  );
  assert.equal(await pixels(), before);
  publish(services, -3);
  await untilTrace(page, "x −3.00");
  assert.notEqual(await pixels(), before);
});

deviceTest(
  "pause keeps what is shown and lets the server rest; going on shows the newest",
  {},
  async (visit) => {
    const { page, services } = visit;
    await page.getByText("Waiting for the phone's next readings…").waitFor();
    publish(services, 1, 3);
    await untilTrace(page, "x 1.00");
    await page.keyboard.press("p");
    const button = page.getByRole("button", { name: "Go on" });
    assert.equal(await button.getAttribute("aria-pressed"), "true");
    await page.getByText("Paused.").waitFor();
    while (services.raw.viewers > 0) await page.waitForTimeout(20);
    services.push("activity", [fakeRecord(DEVICE, Date.now() - 1000, "running")]);
    await page.waitForFunction(() =>
      document.querySelector("p[role=status].sr-only")?.textContent?.includes("running")
    );
    await page.getByRole("article", { name: "Result" }).getByText("walking", { exact: true }).waitFor();
    assert.match(await traceText(page) ?? "", /x 1\.00/);
    await button.click();
    await page.getByRole("article", { name: "Result" }).getByText("running", { exact: true }).waitFor();
  },
);

deviceTest("results without readings are explained", {}, async ({ page, services }) => {
  await page.getByText("Waiting for the phone's next readings…").waitFor();
  let endMs = Date.now() - 1000;
  const timer = setInterval(
    () => services.push("activity", [fakeRecord(DEVICE, endMs += 1000, "walking")]),
    1000,
  );
  try {
    await page.getByText("the phone sends them to another process of this server").waitFor();
  } finally {
    clearInterval(timer);
  }
});

deviceTest("a phone that samples too fast is said to be thinned", {}, async ({ page, services }) => {
  await page.getByText("Waiting for the phone's next readings…").waitFor();
  const count = 1000;
  const batch = { ...emptyBatch(count), deviceId: DEVICE, sessionId: "s", messageId: "m", count };
  for (let i = 0; i < count; i++) batch.tMs[i] = Date.now() - (count - i) * 2;
  services.raw.publish(batch);
  await page.getByText("one reading in 2 is shown").waitFor();
});

deviceTest("the page leads to the session and to the device", {}, async ({ page }) => {
  const id = encodeURIComponent(DEVICE);
  assert.equal(
    await page.getByRole("link", { name: "Session", exact: true }).getAttribute("href"),
    `/sessions/${encodeURIComponent(`${DEVICE}-session`)}?${new URLSearchParams({ deviceId: DEVICE })}`,
  );
  assert.equal(
    await page.getByRole("link", { name: "Device", exact: true }).getAttribute("href"),
    `/devices/${id}`,
  );
});

deviceTest("a phone that sends nothing says so, and its result appears by itself", {
  prepare: async (services) => void (await services.devices.issueKey(DEVICE, "Anna's Pixel", "test")),
}, async ({ page, services }) => {
  await page.getByText("This phone sends nothing now").waitFor();
  services.push("session", [{
    status: "opened",
    at: Date.now(),
    session: { deviceId: DEVICE, sessionId: "s1" },
  }]);
  await page.getByText(/first result within \d/).waitFor();
  await page.getByRole("link", { name: "Session", exact: true }).waitFor();
});

deviceTest("a phone that nobody knows is not found", {
  path: "/live/nobody",
  prepare: () => {},
  ready: "h1",
  expectedErrors: [/404/],
}, async ({ page }) => {
  await page.getByText('There is no device "nobody"').waitFor();
});

deviceTest(
  "the page is accessible, light and dark, on a phone and on a desk",
  {},
  async ({ page, services }) => {
    publish(services, 1, 3);
    await page.getByText("As a table").click();
    await assertAccessible(page);
  },
);

deviceTest("the page fits 360 px without sideways scroll, with targets for fingers", {
  context: { ...PHONE, viewport: { width: 360, height: 740 } },
}, async ({ page }) => {
  assert.equal(await sidewaysScroll(page), 0);
  await assertFingerTargets(page);
});
