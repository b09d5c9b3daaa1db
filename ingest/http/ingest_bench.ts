/**
 * What one POST of 50 readings (4.6 kB, the seed's shape) costs beside the HTTP server: `deno bench --allow-net ingest/`.
 *
 * @module
 */
import { newIngestCounters } from "../counters.ts";
import { DeviceHealths } from "../device_health.ts";
import { MessageReader } from "../message.ts";
import { createIngest } from "./service.ts";
import { DEFAULT_INGEST } from "../settings.ts";

const NOW_MS = 1_764_000_000_000;
const message = (name: string) => ({
  messageId: crypto.randomUUID(),
  sessionId: crypto.randomUUID(),
  deviceId: crypto.randomUUID(),
  sensorReadings: Array.from({ length: 50 }, (_, i) => ({
    name,
    timestamp: NOW_MS + 20 * i,
    values: [0, 1, 2].map((axis) => Number((9 * Math.sin(i + axis)).toFixed(6))),
  })),
});
const text = JSON.stringify(message("accelerometer"));
const parsed = JSON.parse(text);
const reader = new MessageReader(DEFAULT_INGEST);
const tally = reader.read(parsed, NOW_MS + 1000);
const service = createIngest({
  sink: { append: () => Promise.resolve({ duplicate: false }) },
  keys: { owner: () => null },
  settings: { ...DEFAULT_INGEST, openIngest: true, requestsPerS: 1e9, burst: 1e9 },
  now: () => NOW_MS + 1000,
  counters: newIngestCounters(),
  health: new DeviceHealths(() => ({ included: true, unit: "ms2" })),
});
const health = new DeviceHealths(() => ({ included: true, unit: "ms2" }));
const headers = { "content-type": "application/json", "content-length": String(text.length) };

Deno.bench("JSON.parse alone", () => {
  JSON.parse(text);
});

Deno.bench("judge a parsed message", () => {
  reader.read(parsed, NOW_MS + 1000);
});

Deno.bench("watch how a judged message came in", () => {
  health.took(reader.batch, tally, parsed);
});

Deno.bench("post() with a Request made for it", async () => {
  await service.post(new Request("http://localhost/sensor-data", { method: "POST", headers, body: text }));
});

Deno.bench("the Request alone", async () => {
  await new Request("http://localhost/sensor-data", { method: "POST", headers, body: text }).bytes();
});
