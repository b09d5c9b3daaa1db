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
      assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "2 of 6 parts need you");
      assert.match(
        await page.locator(".part", { hasText: "Snowflake" }).innerText(),
        /needs you\s+cannot load/,
      );
      assert.equal(await sidewaysScroll(page), 0);
      for (const summary of await page.locator(".status-details summary").all()) await summary.click();
      assert.equal(await sidewaysScroll(page), 0);
      await assertAccessible(page);
      await assertFingerTargets(page);
    },
  );
}

pageTest(
  "the details tell topics with their lag, storage, versions, and settings without secrets",
  { path: "/status", ready: ".parts" },
  async ({ page, services }) => {
    const details = page.locator(".status-details");
    await details.locator("summary", { hasText: "Topics" }).click();
    const row = page.getByRole("region", { name: "raw_sensor_data" }).getByRole("row").nth(1);
    assert.match(await row.innerText(), /^0\s+0\s+30,000\s+11,200\s+41,200$/);
    await details.locator("summary", { hasText: "Storage" }).click();
    assert.match(await details.innerText(), /log\.db\s+1\.2\sGB[^]*free on the disk\s+84\.0\sGB[^]*7 days/);
    await details.locator("summary", { hasText: "Versions" }).click();
    assert.match(await details.innerText(), /thresholds\s+version 1\s+Deno\s+2\.9\.6/);
    await details.locator("summary", { hasText: "Settings" }).click();
    assert.match(await page.getByLabel("Settings").innerText(), /KAFKA_SASL_PASSWORD=\*\*\* {2}# \.env/);
    services.systemDetails.topics[0].partitions[0].lagRecords = 77;
    await row.getByText("77").waitFor();
  },
);

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
