/**
 * Labelling on a session's page in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertAccessible, DESK, pageTest, PHONE } from "./page.ts";
import { boxOf, fill, labelsOf, lane, PATH, READY, tools, viewInAddress } from "./session_page.ts";

pageTest(
  "a span is labelled with the mouse, and the label taken back",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page, services }) => {
    const { x, y, width, height } = await boxOf(lane(page));
    const drag = async (from: number, to: number) => {
      await page.mouse.move(x + width * from, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width * to, y + height / 2, { steps: 4 });
      await page.mouse.up();
    };
    await drag(0.1, 0.3);
    assert.match(await tools(page).getByRole("status").innerText(), /12:01:00 UTC to 12:03:00 UTC, 2.min/);
    await drag(0.3, 0.4);
    await tools(page).getByRole("button", { name: "walking" }).click();
    await page.getByText("3 min labelled walking.").waitFor();
    assert.deepEqual(await labelsOf(services), [[60, 240, "walking"]]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The labels are as they were.").waitFor();
    assert.deepEqual(await labelsOf(services), []);
  },
);

pageTest(
  "a span is labelled by keyboard alone, with keys for each activity",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page, services }) => {
    await lane(page).focus();
    await page.keyboard.press("Home");
    for (let i = 0; i < 2; i++) await page.keyboard.press("Shift+PageUp");
    assert.match(await tools(page).getByRole("status").innerText(), /12:00:00 UTC to 12:02:00 UTC, 2.min/);
    await page.keyboard.press("3");
    await page.getByText("2 min labelled running.").waitFor();
    await page.keyboard.press("1");
    await page.getByText("2 min labelled stationary.").waitFor();
    assert.deepEqual(await labelsOf(services), [[0, 120, "stationary"]]);
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+PageUp");
    await page.keyboard.press("Delete");
    await page.getByText("1 min have no label now.").waitFor();
    assert.deepEqual(await labelsOf(services), [[60, 120, "stationary"]]);
    await page.keyboard.press("u");
    await page.getByText("The labels are as they were.").waitFor();
    assert.deepEqual(await labelsOf(services), [[0, 120, "stationary"]]);
    await page.keyboard.press("Escape");
    assert.equal(await tools(page).getByRole("button").count(), 0);
    assert.equal(await lane(page).evaluate((element) => element === document.activeElement), false);
  },
);

/** Moves one finger over the label row, without a fling at the end: parts of its width, and px downwards. */
async function swipe(page: Page, ...path: [part: number, downPx: number][]): Promise<void> {
  const { x, y, width, height } = await boxOf(lane(page));
  const cdp = await page.context().newCDPSession(page);
  const last = path[path.length - 1];
  for (const [i, [part, downPx]] of [...path, last, last, last, last].entries()) {
    await cdp.send("Input.dispatchTouchEvent", {
      type: i === 0 ? "touchStart" : "touchMove",
      touchPoints: [{ x: x + width * part, y: y + height / 2 + downPx }],
    });
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

pageTest(
  "a finger chooses a span, which is labelled",
  { path: PATH, ready: READY, prepare: fill, context: PHONE },
  async ({ page, services }) => {
    await swipe(page, [0.5, 0], [0.55, 0], [0.6, 0], [0.7, 0], [0.8, 0]);
    await tools(page).getByRole("button", { name: "running" }).tap();
    await page.getByText(/labelled running\./).waitFor();
    const [[from, to, activity]] = await labelsOf(services);
    assert.ok(Math.abs(Number(from) - 300) < 8 && Math.abs(Number(to) - 480) < 8, `${from} to ${to} s`);
    assert.equal(activity, "running");
  },
);

pageTest(
  "a finger that scrolls the page chooses nothing",
  { path: PATH, ready: READY, prepare: fill, context: PHONE },
  async ({ page }) => {
    await swipe(page, [0.5, 0], [0.5, -20], [0.5, -60], [0.5, -120]);
    await page.waitForFunction(() => scrollY > 0);
    assert.equal(await tools(page).getByRole("button").count(), 0);
  },
);

pageTest(
  "a label is given by typing times, and one outside the session is refused",
  { path: PATH, ready: READY, prepare: fill, context: { ...DESK, timezoneId: "Asia/Kolkata" } },
  async ({ page, services }) => {
    await page.getByText("Label by time").click();
    const form = page.locator(".by-time form");
    await form.getByLabel("From").fill("2026-05-02T17:31:00");
    await form.getByLabel("To").fill("2026-05-02T17:30:30");
    await form.getByRole("button", { name: "Label" }).click();
    await form.getByRole("alert").getByText("The times must lie in the session").waitFor();
    await form.getByLabel("To").fill("2026-05-02T17:32:00");
    await form.getByLabel("It was").selectOption("walking");
    await form.getByRole("button", { name: "Label" }).click();
    await page.getByText("1 min labelled walking.").waitFor();
    assert.deepEqual(await labelsOf(services), [[60, 120, "walking"]]);
  },
);

pageTest(
  "a segment's row zooms there and chooses it for a label",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page, services }) => {
    const table = page.getByRole("region", { name: "Segments in view" });
    await table.getByRole("button", { name: /^Label running from/ }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.textContent?.startsWith("stationary"));
    await assertAccessible(page);
    await tools(page).getByRole("button", { name: "running" }).press("Enter");
    await table.getByRole("button", { name: /^Label of running from .* running$/ }).waitFor();
    assert.deepEqual(await labelsOf(services), [[300, 480, "running"]]);
    await table.getByRole("button", { name: /^Zoom to 12:05:00/ }).click();
    assert.deepEqual(await viewInAddress(page), [264, 516]);
  },
);

pageTest(
  "a label that cannot be stored says why and is not shown",
  { path: PATH, ready: READY, prepare: fill, expectedErrors: [/status of 500/] },
  async ({ page, services }) => {
    services.sessions = { ...services.sessions, label: () => Promise.reject(new Error("disk full")) };
    await page.getByRole("button", { name: /^Label running from/ }).click();
    await tools(page).getByRole("button", { name: "running" }).click();
    await page.getByText(/^Not labelled: The server met an error/).waitFor();
    await page.getByRole("button", { name: /^Label running from/ }).waitFor();
  },
);
