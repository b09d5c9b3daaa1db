import assert from "node:assert/strict";
import { newForeignReader } from "./foreign.ts";
import { DEFAULT_INGEST } from "./settings.ts";

const WRITTEN_MS = 1_767_225_600_000;
const read = newForeignReader(DEFAULT_INGEST);
const ids = { messageId: "7", sessionId: "walk-1", deviceId: "phone-1" };
const seed = (timestamp: number, values: unknown = [0.1, 0.2, 9.8]) => ({
  name: "accelerometer",
  timestamp,
  values,
});

Deno.test("a message in the seed's shape is read as if a phone had posted it", () => {
  const batch = read({ ...ids, sensorReadings: [seed(WRITTEN_MS - 20), seed(WRITTEN_MS)] }, WRITTEN_MS);
  assert.deepEqual(
    [batch.deviceId, batch.sessionId, batch.messageId, batch.receivedAtMs, batch.source, batch.count],
    ["phone-1", "walk-1", "7", WRITTEN_MS, "seed", 2],
  );
  assert.deepEqual([...batch.tMs.subarray(0, 2)], [WRITTEN_MS - 20, WRITTEN_MS]);
  assert.deepEqual([...batch.xyz.subarray(3, 6)], [0.1, 0.2, 9.8]);
});

Deno.test("a message in Sensor Logger's shape is read too", () => {
  const reading = { name: "accelerometer", time: WRITTEN_MS * 1e6, values: { x: 1, y: 2, z: 3 } };
  const batch = read({ ...ids, messageId: 7, payload: [reading] }, WRITTEN_MS);
  assert.deepEqual([batch.source, batch.messageId, batch.count], ["sensor-logger", "7", 1]);
});

Deno.test("readings are judged by the time the record was written, not by today's", () => {
  const { maxPastMs, maxFutureMs } = DEFAULT_INGEST;
  const times = [
    WRITTEN_MS - maxPastMs - 1,
    WRITTEN_MS - maxPastMs,
    WRITTEN_MS,
    WRITTEN_MS + maxFutureMs + 1,
  ];
  const batch = read({ ...ids, sensorReadings: times.map((time) => seed(time)) }, WRITTEN_MS);
  assert.deepEqual([...batch.tMs.subarray(0, batch.count)], [WRITTEN_MS - maxPastMs, WRITTEN_MS]);
});

Deno.test("a message whose readings are all wrong is refused with what is wrong with the first", () => {
  const sensorReadings = [seed(WRITTEN_MS, "x"), seed(0)];
  assert.throws(
    () => read({ ...ids, sensorReadings }, WRITTEN_MS),
    /^Error: values is "x": expected three finite numbers/,
  );
});

Deno.test("a message of no known shape is refused with an example", () => {
  for (const message of [null, 7, [], {}, { ...ids, sensorReadings: "x" }]) {
    assert.throws(() => read(message, WRITTEN_MS), /expected .*\{"messageId":"1"/);
  }
  assert.throws(() => read({ sensorReadings: [seed(WRITTEN_MS)] }, WRITTEN_MS), /messageId is missing/);
});

Deno.test("a message without readings, or with those of other sensors only, has none", () => {
  read({ ...ids, sensorReadings: [seed(WRITTEN_MS)] }, WRITTEN_MS);
  assert.equal(read({ sensorReadings: [] }, WRITTEN_MS).count, 0);
  const light = { name: "light", timestamp: WRITTEN_MS, values: [1] };
  assert.equal(read({ ...ids, sensorReadings: [light] }, WRITTEN_MS).count, 0);
});
