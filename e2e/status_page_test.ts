/**
 * The Status page in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import { sinkStatus } from "../sinks/testing/status.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";
import type { FakeServices } from "../web/testing/fake_services.ts";

const SINK = sinkStatus({
  lagRecords: { raw_sensor_data: 1200, processed_activity: 1100 },
  deliveredRecords: 48_211,
  deliveredBytes: 1e8,
  deliveries: 6,
  lastDeliveryAtMs: 1_767_225_600_000,
});

function inTrouble(services: FakeServices): void {
  services.health = { ...services.health, deadLetters: 3 };
  services.snowflake = { state: "here", status: { ...SINK, trouble: `cannot load: ${"x".repeat(300)}` } };
}

for (const [what, { viewport }] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `the status page tells what needs someone on ${what}, accessibly, and fits it`,
    { path: "/status", ready: ".parts", prepare: inTrouble, context: { viewport } },
    async ({ page }) => {
      assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "2 of 5 parts need you");
      assert.match(
        await page.locator(".part", { hasText: "Snowflake" }).innerText(),
        /needs you\s+cannot load/,
      );
      assert.equal(await sidewaysScroll(page), 0);
      await assertAccessible(page);
      await assertFingerTargets(page);
    },
  );
}

pageTest(
  "the status page renews itself, and a screen reader hears what changed",
  { path: "/status", ready: ".parts", prepare: inTrouble },
  async ({ page, services }) => {
    services.health = { ...services.health, deadLetters: 0 };
    services.snowflake = { state: "here", status: SINK };
    await page.getByRole("heading", { name: "Everything is fine" }).waitFor();
    assert.match(await page.getByRole("status").innerText(), /None: every record could be used/);
  },
);

pageTest(
  "where Snowflake is off the page says how to switch it on, and gives the dashboards away",
  { path: "/", ready: "main" },
  async ({ page }) => {
    await page.getByRole("link", { name: "Status" }).click();
    await page.locator("summary", { hasText: "How to switch it on" }).click();
    assert.match(await page.locator(".said details").innerText(), /SNOWFLAKE_ACCOUNT=/);
    await assertAccessible(page);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export Grafana dashboard" }).click();
    assert.equal((await download).suggestedFilename(), "activity-tracker-grafana-official.json");
  },
);
