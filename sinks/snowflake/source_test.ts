import assert from "node:assert/strict";
import { columnsOf } from "../../log/testing/batches.ts";
import { Source, type SourceLimits } from "./source.ts";
import type { Topic } from "./statements.ts";
import type { Position } from "./target.ts";
import { MemoryLog } from "./testing/memory_log.ts";

const RAW = "raw_sensor_data";
const PROCESSED = "processed_activity";
const NOW_MS = 1_767_225_660_000;
const MANY: SourceLimits = { records: 1_000_000, bytes: 1_000_000_000 };

function sourceOf(log: MemoryLog, limits: Partial<SourceLimits> = {}) {
  const lost: [Topic, number, number][] = [];
  const clock = { nowMs: NOW_MS };
  const source = new Source(log, { ...MANY, ...limits }, () => clock.nowMs, (...loss) => lost.push(loss));
  return { source, lost, clock };
}

/** Partition 0 of both topics, from these offsets on. */
const positions = (raw: number, processed = 0, lastMark: string | null = null): Position[] => [
  { topic: RAW, partition: 0, next: raw, lastMark },
  { topic: PROCESSED, partition: 0, next: processed, lastMark: null },
];

function logOf(messages: number): MemoryLog {
  const log = new MemoryLog();
  for (let i = 0; i < messages; i++) log.appendRaw(0, String(i));
  return log;
}

Deno.test("what is held are the records from the position on, and the position after them", async () => {
  const log = logOf(5);
  log.appendActivity(0, 5000);
  const { source } = sourceOf(log);
  await source.begin(positions(2));
  await source.fill();
  const [raw, processed] = source.parts();
  assert.deepEqual([raw.from, raw.next, raw.rows.map(({ offset }) => offset)], [2, 5, [2, 3, 4]]);
  assert.deepEqual([processed.from, processed.next], [0, 1]);
  const [row] = raw.rows;
  assert.deepEqual([row.key, row.mark], ["phone-0", "2 phone-0 2"]);
  assert.equal(JSON.parse(row.json).messageId, "2");
  assert.equal(row.bytes, new TextEncoder().encode(row.json).length);
  source.delivered();
  assert.deepEqual([source.parts(), source.oldestAtMs], [[], null]);
});

Deno.test("reading stops soon after enough records or bytes are held, and goes on after they are loaded", async () => {
  for (const limits of [{ records: 150 }, { bytes: 20_000 }]) {
    const log = logOf(1000);
    const { source } = sourceOf(log, limits);
    await source.begin(positions(0));
    await source.fill();
    assert.ok(source.isFull);
    const [{ rows, next }] = source.parts();
    assert.ok(rows.length >= 100 && rows.length <= 250, `${rows.length} are held`);
    assert.equal(source.lagRecords?.raw_sensor_data, 1000);
    await source.fill();
    assert.equal(source.parts()[0].next, next);
    source.delivered();
    await source.fill();
    assert.equal(source.parts()[0].from, next);
  }
});

Deno.test("of large records few are read at a time, so that not much more is held than may be", async () => {
  const log = new MemoryLog();
  const large = columnsOf(20_000, [1_767_225_600_000.5], [9.806650161743164]);
  for (let i = 0; i < 20; i++) log.appendRaw(0, String(i), large);
  const { source } = sourceOf(log, { bytes: 10_000_000 });
  await source.begin(positions(0));
  await source.fill();
  const bytes = source.parts()[0].rows.reduce((sum, row) => sum + row.bytes, 0);
  assert.ok(bytes >= 10_000_000 && bytes < 14_000_000, `${bytes} bytes are held`);
});

Deno.test("the age counts from when the oldest record came in", async () => {
  const log = new MemoryLog();
  const { source, clock } = sourceOf(log);
  await source.begin(positions(0));
  await source.fill();
  assert.equal(source.oldestAtMs, null);
  log.appendActivity(0, 5000);
  await source.fill();
  assert.equal(source.oldestAtMs, NOW_MS);
  clock.nowMs += 5000;
  log.appendRaw(0, "late", { receivedAtMs: NOW_MS - 3000, ...columnsOf(3, [1e12], [1]) });
  log.appendRaw(0, "new", { receivedAtMs: NOW_MS + 4000 });
  await source.fill();
  assert.equal(source.oldestAtMs, NOW_MS - 3000);
});

Deno.test("the lag is what is not loaded, whether it is held or not, without what ends transactions", async () => {
  const log = logOf(3);
  log.appendMarker(0);
  log.appendActivity(0, 5000);
  const { source } = sourceOf(log);
  assert.deepEqual(source.lagRecords, null);
  await source.begin(positions(1));
  await source.fill();
  assert.deepEqual(source.lagRecords, { raw_sensor_data: 2, processed_activity: 1 });
  source.delivered();
  await source.fill();
  assert.deepEqual(source.lagRecords, { raw_sensor_data: 0, processed_activity: 0 });
  source.clear();
  log.appendRaw(0, "while Snowflake is away");
  await source.measure();
  assert.deepEqual(source.lagRecords, { raw_sensor_data: 1, processed_activity: 0 });
  await source.begin([]);
  assert.deepEqual(source.lagRecords, { raw_sensor_data: 0, processed_activity: 0 });
});

Deno.test("a position moves over offsets without records", async () => {
  const log = new MemoryLog();
  log.appendMarker(0);
  const { source } = sourceOf(log);
  await source.begin(positions(0));
  await source.fill();
  assert.deepEqual(source.parts(), [{ topic: RAW, partition: 0, from: 0, next: 1, rows: [] }]);
  assert.equal(source.oldestAtMs, null);
});

Deno.test("deleted records are counted once, however often it begins again", async () => {
  const log = logOf(10);
  log.deleteBefore(RAW, 0, 4);
  const { source, lost } = sourceOf(log);
  for (let i = 0; i < 3; i++) {
    await source.begin(positions(1));
    await source.fill();
    assert.deepEqual(source.parts()[0].rows.map(({ offset }) => offset), [4, 5, 6, 7, 8, 9]);
  }
  log.deleteBefore(RAW, 0, 6);
  await source.begin(positions(1));
  await source.fill();
  assert.deepEqual(lost, [[RAW, 0, 3], [RAW, 0, 2]]);
});

Deno.test("a topic that ends before the position, or holds another record there, was made anew and is not read", async () => {
  const shorter = logOf(2);
  const other = new MemoryLog();
  for (let i = 0; i < 10; i++) other.appendRaw(0, `other ${i}`);
  for (const log of [shorter, other]) {
    log.appendActivity(0, 5000);
    const { source } = sourceOf(log);
    await source.begin(positions(5, 0, "4 phone-0 4"));
    await source.fill();
    const sql =
      `DELETE FROM ACTIVITY_DB.SINK.OFFSETS WHERE LOG_ID = 'memory''s' AND KAFKA_TOPIC = '${RAW}' ` +
      "AND KAFKA_PARTITION = 0";
    assert.ok(source.obstacle?.includes(sql), source.obstacle ?? "no obstacle");
    assert.deepEqual(source.parts().map(({ topic }) => topic), [PROCESSED]);
  }
});

Deno.test("a topic that becomes shorter while it is read is noticed", async () => {
  const log = logOf(5);
  const { source } = sourceOf(log);
  await source.begin(positions(0));
  await source.fill();
  source.delivered();
  log.makeAnew(RAW, 0);
  await source.fill();
  assert.match(source.obstacle ?? "", /made anew/);
});

Deno.test("the same record at the mark, or none because it was deleted, is no obstacle", async () => {
  const log = logOf(10);
  const { source } = sourceOf(log);
  await source.begin(positions(5, 0, "4 phone-0 4"));
  assert.equal(source.obstacle, null);
  log.deleteBefore(RAW, 0, 7);
  await source.begin(positions(5, 0, "4 phone-0 4"));
  assert.equal(source.obstacle, null);
});
