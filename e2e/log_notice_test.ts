/**
 * What the Live page tells of the log, in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import { fakeSession } from "../web/testing/fake_services.ts";
import { assertAccessible, pageTest } from "./page.ts";

const LIVE = { path: "/", ready: ".connection.live" };

pageTest(
  "a log that is late says so without moving anything: where, and once to a screen reader",
  {
    ...LIVE,
    prepare: async (services, page) => {
      services.liveSessions = [fakeSession("phone-0", Date.now() - 2400, [["walking", 60]])];
      const partitions = [4, 0].map((lagRecords, partition) => ({
        partition,
        begin: 10,
        end: 5000,
        lagRecords,
      }));
      services.health = { ...services.health, partitions, deadLetters: 3 };
      await page.clock.install();
    },
  },
  async ({ page, services }) => {
    const log = page.getByRole("region", { name: "Log" });
    const said = page.locator("p[role=status].sr-only");
    const more = page.getByText("Add another phone");
    const before = await more.boundingBox();
    await log.getByRole("link", { name: "3 records set aside" }).waitFor();
    assert.equal(await log.locator("summary").count(), 0, "what has just come in may wait");
    await page.clock.runFor(1000);
    assert.equal(await said.innerText(), "3 records set aside");

    await page.clock.runFor(5000);
    await log.getByText("4 batches of readings waiting to be classified").click();
    assert.deepEqual(await log.getByRole("row").allInnerTexts(), [
      "partition\twaiting\toldest offset\tend offset",
      "0\t4\t10\t5,000",
      "1\t0\t10\t5,000",
    ]);
    assert.deepEqual(await more.boundingBox(), before);
    await page.clock.runFor(1000);
    assert.equal(await said.innerText(), "4 batches of readings waiting to be classified");
    await assertAccessible(page);

    services.health = { ...services.health, partitions: [], deadLetters: 0 };
    await page.clock.runFor(5000);
    await log.waitFor({ state: "detached" });
    await page.clock.runFor(1000);
    assert.equal(await said.innerText(), "Readings are classified in time again");
  },
);

pageTest(
  "a page that is not visible does not ask for the log's health",
  { ...LIVE, prepare: async (_, page) => await page.clock.install() },
  async ({ page, services }) => {
    let polls = 0;
    services.logHealth = () => {
      polls++;
      return Promise.resolve({ ...services.health, trouble: "The disk is full: make room" });
    };
    await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
    await page.clock.runFor(20_000);
    // A question that came first would have been answered first.
    await page.evaluate(() => fetch("/healthz").then((response) => response.text()));
    assert.equal(polls, 0);
    await page.evaluate(() => Object.defineProperty(document, "hidden", { value: false }));
    await page.clock.runFor(5000);
    await page.getByText("The disk is full: make room").first().waitFor();
  },
);
