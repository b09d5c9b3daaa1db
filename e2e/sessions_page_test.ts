/**
 * The list of sessions in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import { Refused } from "../web/refused.ts";
import type { FakeServices } from "../web/testing/fake_services.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";

const EVIL = "<img src=x onerror=alert(1)>";
const HOUR_MS = 3_600_000;

async function fill(services: FakeServices): Promise<void> {
  services.addDevice("pixel-8", { name: `Anna's ${EVIL}` });
  await services.recorded.addSamples(Date.now());
  await services.recorded.add({
    deviceId: "nokia",
    sessionId: `${EVIL}/../x?y#z`,
    startMs: Math.floor(Date.now() / 1000) * 1000 - HOUR_MS,
    parts: [["walking", 60], ["gap", 20], ["running", 40]],
    state: { name: EVIL },
  });
}

for (const [what, context] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `sessions are listed with what was done in them on ${what}, accessibly, and fit it`,
    { path: "/sessions", ready: ".session-list", prepare: fill, context },
    async ({ page }) => {
      const rows = page.getByRole("list", { name: "Sessions, newest first" }).locator("> li");
      assert.equal(await rows.count(), 8);
      const run = rows.filter({ hasText: "Morning run" });
      assert.match(await run.innerText(), /walking\s+9\smin.*running\s+25\smin/s);
      assert.match(await run.innerText(), /labelled stationary, walking, running/);
      await run.getByRole("img", { name: /^Session: stationary.1.min, walking.9.min, running.25.min$/ })
        .waitFor();
      assert.equal(await rows.first().getByRole("link").innerText(), EVIL);
      assert.equal(await page.locator("main img").count(), 0);
      assert.equal(await sidewaysScroll(page), 0);
      await assertAccessible(page);
      await page.setViewportSize(context.viewport);
      await assertFingerTargets(page);
      await rows.first().getByRole("link").click();
      await page.waitForURL(/\/sessions\/%3Cimg%20src.*%2F\.\.%2Fx%3Fy%23z\?deviceId=nokia$/);
    },
  );
}

pageTest(
  "filters are the page's address, go without JavaScript, and Back takes them back",
  {
    path: "/sessions",
    ready: ".session-list",
    prepare: fill,
    context: { ...DESK, javaScriptEnabled: false },
  },
  async ({ page }) => {
    const names = () => page.locator(".session-row h2").allInnerTexts();
    const form = page.getByRole("search", { name: "Sessions" });
    await form.getByLabel("Device").selectOption("iphone-13");
    await form.getByLabel("Activity").selectOption("running");
    await form.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/deviceId=iphone-13/);
    const [name, ...others] = await names();
    assert.match(name, / · iphone-13$/);
    assert.deepEqual(others, []);
    assert.equal(await form.getByLabel("Device").inputValue(), "iphone-13");
    await form.getByLabel("Name or id").fill("way to");
    await form.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("heading", { name: "No session matches" }).waitFor();
    await page.goBack();
    assert.equal((await names()).length, 1);
    await page.getByRole("link", { name: "Clear", exact: true }).click();
    await page.waitForURL(/\/sessions$/);
    await form.getByLabel("Label").selectOption("running");
    await form.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/label=running/);
    assert.equal((await names()).length, 2);
  },
);

pageTest(
  "days are those of the reader's calendar, both included",
  {
    path: "/sessions",
    ready: ".session-list",
    context: { ...DESK, timezoneId: "Asia/Kolkata" },
    prepare: async ({ recorded }) => {
      // 23:30, 00:30 and 23:30 in India.
      for (
        const [i, startMs] of [Date.UTC(2026, 4, 1, 18), Date.UTC(2026, 4, 1, 19), Date.UTC(2026, 4, 2, 18)]
          .entries()
      ) {
        await recorded.add({ deviceId: "nokia", sessionId: `s${i}`, startMs, parts: [["walking", 60]] });
      }
    },
  },
  async ({ page }) => {
    const form = page.getByRole("search", { name: "Sessions" });
    await form.getByLabel("from").fill("2026-05-02");
    await form.getByLabel("to", { exact: true }).fill("2026-05-02");
    await form.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/from=2026-05-02&to=2026-05-02/);
    const links = page.locator(".session-row h2 a");
    assert.deepEqual(await links.evaluateAll((all) => all.map((link) => link.getAttribute("href"))), [
      "/sessions/s2?deviceId=nokia",
      "/sessions/s1?deviceId=nokia",
    ]);
    assert.match(await links.first().innerText(), /^2 May( 2026)? 23:30 · nokia$/);
  },
);

pageTest(
  "a session is renamed and deleted from its row, and the deletion taken back, by keyboard alone",
  { path: "/sessions", ready: ".session-list", prepare: fill },
  async ({ page, services }) => {
    const menu = page.getByRole("button", { name: "Actions for Shopping" });
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Rename the session" });
    await dialog.getByLabel("Name").fill("Market");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    const renamed = page.getByRole("button", { name: "Actions for Market" });
    assert.equal(await renamed.evaluate((element) => element === document.activeElement), true);
    await page.getByRole("link", { name: "Market" }).waitFor();

    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Market is deleted.").waitFor();
    assert.equal(await page.getByRole("link", { name: "Market" }).count(), 0);
    assert.equal(await services.store.session("sample-4", "pixel-8"), null);
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.getByRole("link", { name: "Market" }).waitFor();
    assert.equal((await services.store.session("sample-4", "pixel-8"))?.name, "Market");
  },
);

pageTest(
  "the menu of a row closes with Esc and gives the focus back",
  { path: "/sessions", ready: ".session-list", prepare: fill, context: PHONE },
  async ({ page }) => {
    const menu = page.getByRole("button", { name: "Actions for Shopping" });
    await menu.tap();
    await page.getByRole("button", { name: "Delete", exact: true }).focus();
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("button", { name: "Delete", exact: true }).count(), 0);
    assert.equal(await menu.evaluate((element) => element === document.activeElement), true);
  },
);

pageTest(
  "a deletion that fails says why, and the row stays",
  { path: "/sessions", ready: ".session-list", prepare: fill, expectedErrors: [/status of 500/] },
  async ({ page, services }) => {
    services.sessions = { ...services.sessions, delete: () => Promise.reject(new Error("disk full")) };
    await page.getByRole("button", { name: "Actions for Shopping" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText(/^Not deleted: The server met an error/).waitFor();
    await page.getByRole("link", { name: "Shopping" }).waitFor();
  },
);

pageTest(
  "without sessions the page says what is missing",
  { path: "/sessions", ready: ".empty-state" },
  async ({ page }) => {
    await page.getByRole("heading", { name: "No sessions yet" }).waitFor();
    await assertAccessible(page);
    await page.getByRole("link", { name: "See the ways in" }).click();
    await page.waitForURL(/\/$/);
  },
);

pageTest(
  "10,000 sessions are paged through",
  {
    path: "/sessions?q=run",
    ready: ".session-list",
    prepare: async ({ recorded }) => {
      for (let i = 0; i < 10_000; i++) {
        const startMs = Date.UTC(2026, 0, 1) + i * 60_000;
        await recorded.add({
          deviceId: `phone-${i % 30}`,
          sessionId: `run-${i}`,
          startMs,
          parts: [["walking", 2]],
        });
      }
    },
  },
  async ({ page }) => {
    const first = page.locator(".session-row a").first();
    assert.match(await first.getAttribute("href") ?? "", /run-9999\?/);
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/q=run&cursor=/);
    assert.match(await first.getAttribute("href") ?? "", /run-9949\?/);
    const loadMs = await page.evaluate(() =>
      performance.timing.responseEnd - performance.timing.requestStart
    );
    assert.ok(loadMs < 1000, `the page took ${loadMs} ms`);
    await page.getByRole("link", { name: "Newest" }).click();
    await page.waitForURL(/sessions\?q=run$/);
  },
);

pageTest(
  "recordings of an app are imported by keyboard or click, and each says what became of it",
  { path: "/sessions", ready: ".session-list", prepare: fill, context: PHONE, expectedErrors: [/422/] },
  async ({ page, services }) => {
    const files = ["walk.zip", "broken.csv"].map((name) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: new TextEncoder().encode("x") as never,
    }));
    const taken = services.imports.import;
    services.imports.import = (file, ...rest) =>
      file.name === "walk.zip"
        ? taken(file, ...rest)
        : Promise.reject(new Refused("", "line 1 has no columns"));
    await page.getByRole("button", { name: "Import" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Import recordings" });
    await dialog.getByLabel("Files").setInputFiles(files);
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "Import" }).click();
    const link = dialog.getByRole("link", { name: "walk.zip" });
    await link.waitFor();
    assert.match((await link.getAttribute("href"))!, /^\/sessions\/import-1\?deviceId=imported$/);
    await dialog.getByText("walk.zip: 50 readings").waitFor();
    await dialog.getByText(/broken\.csv: .*line 1 has no columns/).waitFor();
  },
);
