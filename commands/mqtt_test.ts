import assert from "node:assert/strict";
import { inTempDir } from "../e2e/engines.ts";
import { until } from "../e2e/client.ts";
import { newIngestCounters } from "../ingest/counters.ts";
import { DeviceHealths } from "../ingest/device_health.ts";
import { TestBroker } from "../ingest/mqtt/testing.ts";
import { DEFAULT_INGEST } from "../ingest/settings.ts";
import { Unavailable } from "../log/unavailable.ts";
import { startMqtt } from "./mqtt.ts";

const NOW_MS = 1_767_225_600_000;
const message = {
  messageId: 1,
  sessionId: "s",
  deviceId: "d",
  payload: [{ name: "accelerometer", time: NOW_MS * 1e6, values: { x: 1, y: 2, z: 3 } }],
};

function start(url: string, dir: string, fault: Error | null = null) {
  const stored: string[] = [];
  const settings = { url, login: null, topic: "sensor-logger/#", clientId: null };
  const started = startMqtt(settings, dir, {
    sink: {
      append({ deviceId, messageId }) {
        if (fault) return Promise.reject(fault);
        stored.push(`${deviceId} ${messageId}`);
        return Promise.resolve({ duplicate: false });
      },
    },
    settings: DEFAULT_INGEST,
    counters: newIngestCounters(),
    health: new DeviceHealths(() => ({ included: true, unit: "ms2" })),
    labels: { hear() {} },
    now: () => NOW_MS,
  });
  return { started, stored };
}

Deno.test("a message that the log cannot take is left to the broker at the end, and stored after the next start", () =>
  inTempDir(async (dir) => {
    await using broker = await TestBroker.start();
    const full = await start(broker.url, dir, new Unavailable("the disk is full", 3600)).started;
    await until(() => full.status().trouble, (trouble) => trouble === null);
    await broker.publish("sensor-logger", message);
    await until(() => full.status().waiting, (waiting) => waiting === 1);
    await full.close();
    assert.deepEqual(broker.acknowledged, []);

    const again = start(broker.url, dir);
    const mqtt = await again.started;
    await until(() => again.stored, ({ length }) => length > 0);
    assert.deepEqual(again.stored, ["d 1"]);
    await until(() => broker.acknowledged.length, (count) => count === 1);
    await mqtt.close();
  }));

Deno.test("the program ends although no broker answers", () =>
  inTempDir(async (dir) => {
    const mqtt = await start("mqtt://127.0.0.1:9", dir).started;
    await mqtt.close();
    assert.notEqual(mqtt.status().trouble, null);
  }));
