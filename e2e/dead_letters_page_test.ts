/**
 * The page of dead letters in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import { HttpProblem } from "../web/problem.ts";
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
      const rows = page.getByRole("table", { name: "The newest with this reason" }).getByRole("row");
      const last = rows.last().getByRole("cell");
      assert.equal(await last.count(), 5);
      assert.equal(await last.nth(4).innerText(), "empty");
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

/** Twelve of one reason, one that Snowflake refused. */
function setManyAside(services: FakeServices): void {
  services.letters = Array.from({ length: 12 }, (_, i) => fakeDeadLetter(100 - i));
  services.letters.push(fakeDeadLetter(3, { reason: "Snowflake: no such column", isRefused: true }));
  services.health = { ...services.health, deadLetters: services.letters.length };
}

pageTest(
  "letters of a reason are sent in again together; what is refused again stays with the reason why",
  { path: "/dead-letters", ready: "h1", prepare: setManyAside },
  async ({ page, services }) => {
    services.redriveProblem = new HttpProblem(422, "Refused again: it is no JSON");
    await page.getByRole("button", { name: "Send in again (12)" }).click();
    await page.getByText("0 records taken. 12 records refused again. Refused again: it is no JSON").waitFor();
    services.redriveProblem = null;
    await page.getByRole("button", { name: "Send in again (12)" }).click();
    await page.getByText("12 records taken.").waitFor();
    await page.getByRole("button", { name: "Discard (1)" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Send in again/ }).count(), 0);
    assert.deepEqual(services.letters.map(({ offset }) => offset), [3]);
  },
);

pageTest(
  "discarding names what goes and can be left, by keyboard alone",
  { path: "/dead-letters", ready: "h1", prepare: setManyAside, context: PHONE },
  async ({ page, services }) => {
    const button = page.getByRole("button", { name: "Discard (12)" });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Discard 12 dead letters?" });
    assert.match(await dialog.innerText(), /The value is not JSON.*leave this list for good/s);
    await assertAccessible(page);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(services.letters.length, 13);
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Discard 12" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("12 records discarded.").waitFor();
    assert.deepEqual(services.letters.map(({ offset }) => offset), [3]);
  },
);

for (const [what, { viewport }] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `one letter is looked at whole, sent in again and gone, on ${what}`,
    { path: "/dead-letters", ready: "h1", prepare: setAside, context: { viewport } },
    async ({ page, services }) => {
      await page.getByRole("link", { name: /partition 0, offset 9$/ }).click();
      assert.match(await page.getByLabel("The value").innerText(), /^\\u\{0\}\\u\{202e\}.*<b>x<\/b>$/);
      assert.equal(await sidewaysScroll(page), 0);
      await assertAccessible(page);
      await assertFingerTargets(page);
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: "Download" }).click();
      assert.equal((await download).suggestedFilename(), "raw_sensor_data-0-9.bin");
      await page.getByRole("button", { name: "Send in again" }).click();
      await page.getByText("Taken: 50 readings stored. It is no dead letter any more.").waitFor();
      assert.equal(await page.getByRole("button", { name: "Discard" }).isDisabled(), true);
      assert.equal(services.letters.length, 2);
    },
  );
}

pageTest(
  "what Snowflake refused cannot be sent in again, only downloaded and discarded",
  { path: "/dead-letters/raw_sensor_data/0/3", ready: "h1", prepare: setManyAside },
  async ({ page, services }) => {
    assert.match(await page.locator("main").innerText(), /loading does not go back: download the value/);
    assert.equal(await page.getByRole("button", { name: "Send in again" }).count(), 0);
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Discard it" }).click();
    await page.getByText("It is discarded.").waitFor();
    assert.equal(services.letters.some(({ offset }) => offset === 3), false);
    await page.getByRole("link", { name: "All dead letters" }).click();
    await page.getByText("12 records were set aside").waitFor();
  },
);

pageTest(
  "the live page leads to the dead letters when there are any",
  { path: "/", ready: ".log-notice", prepare: setAside },
  async ({ page }) => {
    await page.getByRole("link", { name: "3 records set aside" }).click();
    await page.getByRole("heading", { name: "Dead letters" }).waitFor();
  },
);
