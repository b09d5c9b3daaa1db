/**
 * The page of dead letters in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import { fakeDeadLetter, type FakeServices } from "../web/testing/fake_services.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";

/** What is hard to show: long words, nothing, and what is no text. */
function setAside(services: FakeServices): void {
  services.letters = [
    fakeDeadLetter(123_456, { key: "k".repeat(100), topic: `${"prefix".repeat(9)}.raw_sensor_data` }),
    fakeDeadLetter(9, { excerpt: "\u0000\u202e".repeat(50) + "<b>x</b>", bytes: 2_097_152 }),
    fakeDeadLetter(4, { key: null, excerpt: "", bytes: 0 }),
  ];
  services.health = { ...services.health, deadLetters: services.letters.length };
  setOnKafka(services);
}

/** Where the page has the most to say. */
function setOnKafka(services: FakeServices): void {
  const kafka = { brokers: ["kafka:9092"], ssl: false, sasl: null, topicPrefix: "", sessionTimeoutMs: 6000 };
  services.settings = { ...services.settings, kafka };
}

for (const [what, { viewport }] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `dead letters are a table to a screen reader on ${what}, and fit it`,
    { path: "/dead-letters", ready: "h1", prepare: setAside, context: { viewport } },
    async ({ page }) => {
      const rows = page.getByRole("table", { name: "Dead letters, newest first" }).getByRole("row");
      const last = rows.last().getByRole("cell");
      assert.equal(await last.count(), 6);
      assert.equal(await last.nth(5).innerText(), "empty");
      assert.match(await rows.filter({ hasText: "offset 9" }).innerText(), /\\u\{0\}\\u\{202e\}.*<b>x<\/b>/);
      assert.equal(await sidewaysScroll(page), 0);
    },
  );
}

for (const [what, prepare] of [["letters", setAside], ["nothing", setOnKafka]] as const) {
  pageTest(
    `the page with ${what} is accessible, light and dark, on a phone and on a desk`,
    { path: "/dead-letters", ready: "h1", prepare },
    async ({ page }) => {
      for (const summary of await page.locator("summary").all()) await summary.click();
      await assertAccessible(page);
      await assertFingerTargets(page);
    },
  );
}

pageTest(
  "the live page leads to the dead letters when there are any",
  { path: "/", ready: ".log-notice", prepare: setAside },
  async ({ page }) => {
    await page.getByRole("link", { name: "3 records set aside" }).click();
    await page.getByRole("heading", { name: "Dead letters" }).waitFor();
  },
);
