/**
 * The Live page with a thousand phones: search, order, filters in the URL, rows that come and go, the keyboard.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Activity } from "../log/records.ts";
import { fakeRecord, type FakeServices, fakeSession } from "../web/testing/fake_services.ts";
import {
  assertAccessible,
  assertFingerTargets,
  DESK,
  pageTest,
  type PageTestOptions,
  type Visit,
} from "./page.ts";

const DELAY_MS = 2400;
const COUNT = 1000;
const ACTIVITIES: Activity[] = ["stationary", "walking", "running"];

/** phone-0 to phone-999, every third at the same; five have changed lately, one is silent. */
function showMany(services: FakeServices): void {
  const endMs = Date.now() - DELAY_MS;
  services.liveSessions = Array.from(
    { length: COUNT },
    (_, i) => fakeSession(`phone-${i}`, endMs, [["unknown", 30], [ACTIVITIES[i % 3], i < 5 ? 20 : 200]]),
  );
  services.liveSessions[700].receivedAt -= 20_000;
}

function manyTest(
  name: string,
  options: Partial<PageTestOptions>,
  run: (visit: Visit) => Promise<void>,
): void {
  pageTest(name, { path: "/", ready: ".connection.live", prepare: showMany, context: DESK, ...options }, run);
}

const rowCount = (page: Page) => page.getByRole("table").getAttribute("aria-rowcount");
const firstName = (page: Page) => page.locator("tbody tr:not(.gap) th").first().innerText();
const query = (page: Page) => new URL(page.url()).search;
/** The phone that has the focus, and whether it can be seen. */
const focusedPhone = (page: Page) =>
  page.evaluate(() => {
    const { top, bottom } = document.activeElement!.getBoundingClientRect();
    return [(document.activeElement as HTMLElement).dataset.device, top >= 0 && bottom <= innerHeight];
  });

manyTest(
  "a thousand phones are a table whose rows are in the page only where one looks",
  {},
  async ({ page }) => {
    await page.getByRole("heading", { name: "1,000 phones live, 1 silent" }).waitFor();
    assert.equal(await rowCount(page), "1001");
    assert.equal(await firstName(page), "phone-700", "the silent one");
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (const part of [0.5, 0.97, 0.1]) {
      await page.evaluate((y) => scrollTo(0, y), height * part);
      const row = Math.round((height * part - 200) / 45);
      await page.locator(`tr[aria-rowindex="${row}"]`).waitFor();
      const rows = await page.locator("tbody tr").count();
      assert(rows < 60, `${rows} rows in the page`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), height, "nothing jumps");
    }
  },
);

manyTest("what phones did before is loaded for those on screen only", {}, async ({ page, services }) => {
  const live = services.store.live.bind(services.store);
  const asked = new Set<string>();
  services.store.live = (filter) => {
    if (filter.deviceId !== undefined) asked.add(filter.deviceId);
    return live(filter);
  };
  await page.reload();
  const strip = page.getByRole("row", { name: "phone-700" }).getByRole("img");
  await page.waitForFunction(() => document.querySelector("tbody .strip")?.ariaLabel?.includes("3\u00a0min"));
  assert.match(await strip.getAttribute("aria-label") ?? "", /walking\s3\smin/);
  await page.evaluate(() => scrollTo(0, 20_000));
  await page.waitForFunction(() => {
    const seen = [...document.querySelectorAll("tbody tr:not(.gap)")].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    return seen.length > 10 && seen.every((row) => row.querySelector(".strip")?.ariaLabel?.includes("min"));
  });
  assert(asked.size < 100, `${asked.size} phones were asked for`);
});

manyTest("search, order and filters are in the URL, and Back undoes them", {}, async ({ page, services }) => {
  await page.getByRole("searchbox", { name: "Search" }).fill("PHONE-99");
  await page.locator(".hint", { hasText: /^11 of 1,000 phones/ }).waitFor();
  assert.equal(query(page), "?q=PHONE-99");
  await page.getByLabel("Order").selectOption("by name");
  assert.equal(await firstName(page), "phone-99");
  await page.getByRole("button", { name: "running" }).click();
  await page.locator(".hint", { hasText: /^3 of 1,000 phones/ }).waitFor();
  assert.equal(query(page), "?q=PHONE-99&sort=name&activity=running");
  assert.equal(await page.getByRole("button", { name: "running" }).getAttribute("aria-pressed"), "true");
  await page.goBack();
  await page.locator(".hint", { hasText: /^11 of 1,000 phones/ }).waitFor();
  assert.equal(query(page), "?q=PHONE-99&sort=name");
  await page.goForward();
  await page.locator(".hint", { hasText: /^3 of 1,000 phones/ }).waitFor();
  services.push("activity", [fakeRecord("phone-990", Date.now(), "running")]);
  await page.locator(".hint", { hasText: /^4 of 1,000 phones/ }).waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  assert.equal(query(page), "?sort=name");
  assert.equal(await rowCount(page), "1001");
});

manyTest("the server already shows what the URL asks for", {
  path: "/?q=phone-12&sort=activity&changed=1",
  context: { ...DESK, javaScriptEnabled: false },
  ready: "h1",
}, async ({ page }) => {
  assert.equal(await page.getByLabel("Search").inputValue(), "phone-12");
  assert.equal(await page.getByLabel("Order").inputValue(), "activity");
  assert(await page.getByLabel("Changed in the last minute").isChecked());
  await page.locator(".hint", { hasText: /^0 of 1,000 phones/ }).waitFor();
  await page.getByText("No live phone is like this now").waitFor();
});

manyTest("only those that changed in the last minute, and one that changes joins them", {}, async (visit) => {
  const { page, services } = visit;
  await page.getByLabel("Changed in the last minute").check();
  await page.locator(".hint", { hasText: /^5 of 1,000 phones/ }).waitFor();
  assert.equal(query(page), "?changed=1");
  services.push("activity", [fakeRecord("phone-600", Date.now(), "running")]);
  await page.locator(".hint", { hasText: /^6 of 1,000 phones/ }).waitFor();
  await page.getByRole("link", { name: "phone-600", exact: true }).waitFor();
});

manyTest("keys move between phones, also those far below, and Enter opens one", {}, async ({ page }) => {
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "find-phone");
  await page.getByRole("button", { name: "unknown" }).focus();
  await page.keyboard.press("Tab");
  assert.deepEqual(await focusedPhone(page), ["phone-700", true]);
  await page.keyboard.press("ArrowDown");
  const [second] = await focusedPhone(page);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.locator('tr[aria-rowindex="1001"] a:focus').waitFor();
  assert.equal((await focusedPhone(page))[1], true);
  await page.keyboard.press("Home");
  await page.locator('tr[aria-rowindex="2"] a:focus').waitFor();
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await focusedPhone(page), [second, true]);
  await page.keyboard.press("Tab");
  assert.notEqual((await focusedPhone(page))[0], second, "Tab leaves the table");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "SUMMARY");
  await page.keyboard.press("Shift+Tab");
  await page.locator("tbody a:focus").waitFor();
  const [name] = await focusedPhone(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/live/${name}`);
});

manyTest(
  "the focus stays on its phone when its row scrolls away, moves or others come",
  {},
  async (visit) => {
    const { page, services } = visit;
    await page.getByRole("link", { name: "phone-700" }).focus();
    await page.mouse.move(600, 500);
    await page.mouse.wheel(0, 15_000);
    await page.waitForFunction(() => scrollY > 10_000);
    await page.locator("tbody tr.gap").nth(1).waitFor();
    assert.equal((await focusedPhone(page))[0], "phone-700");
    // It sends again, so it is no longer the first.
    services.push("activity", [fakeRecord("phone-700", Date.now(), "running")]);
    await page.getByRole("heading", { name: "1,000 phones live", exact: true }).waitFor();
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>("tbody tr:not(.gap) a")?.closest("tr")?.ariaRowIndex !== "2"
    );
    assert.equal((await focusedPhone(page))[0], "phone-700");
  },
);

manyTest(
  "a hand among the phones keeps them in place",
  { path: "/?sort=activity" },
  async ({ page, services }) => {
    const first = await firstName(page);
    await page.getByRole("link", { name: first, exact: true }).hover();
    services.push("activity", [fakeRecord(first, Date.now(), "stationary")]);
    await page.locator("tbody tr").first().getByText("stationary").waitFor();
    assert.equal(await firstName(page), first);
    await page.waitForFunction((name) => document.querySelector("tbody th")?.textContent !== name, first);
  },
);

manyTest("the page with a thousand phones is accessible", { path: "/?q=phone-1" }, async ({ page }) => {
  await assertFingerTargets(page);
  await assertAccessible(page);
});
