import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { testLogContract } from "../port_contract.ts";
import { sessionKey } from "../records.ts";
import { batchOf, columnsOf, readAllActivity, readAllRaw } from "../testing/batches.ts";
import { CLOSING, CountingTask } from "../testing/counting_task.ts";
import { Unavailable } from "../unavailable.ts";
import { EmbeddedLog } from "./log.ts";
import { DELETE_SEGMENTS } from "./segments.ts";
import { EmbeddedHarness } from "./testing.ts";
import { SNAPSHOT_INTERVAL_MS } from "../task_driver.ts";

testLogContract("embedded log", () => new EmbeddedHarness());

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const noisy = (count: number) => columnsOf(count, [1e12 + 0.5], [Math.PI, -Math.E, Math.SQRT2]);

Deno.test("a full disk refuses appends as unavailable, keeps what was acknowledged, and works again once there is room", async () => {
  await using harness = new EmbeddedHarness({ maxPages: 40 });
  const log = await harness.open();
  await log.run((context) => new CountingTask(context));
  let acknowledged = 0;
  while (acknowledged < 4) await log.append(batchOf("phone-1", `early-${acknowledged++}`, noisy(2000)));
  // Records before the last snapshot may go.
  await harness.snapshot(log);
  const refusals: unknown[] = [];
  for (let i = 0; refusals.length < 3; i++) {
    // A new session each time: its row goes with the refused group.
    const batch = batchOf("phone-1", String(i), { sessionId: `run-${i}`, ...noisy(2000) });
    await log.append(batch).then(() => acknowledged++, (error) => refusals.push(error));
  }
  assert.ok(acknowledged > 2);
  for (const error of refusals) assert.ok(error instanceof Unavailable && /disk is full/.test(error.message));
  assert.equal((await readAllRaw(log)).flat().length, acknowledged);
  log.advance();

  harness.nowMs += 2 * DAY_MS;
  log.advance();
  log.advance();
  assert.equal(log.status().trouble, null);
  const { begin, end } = (await log.extents("raw_sensor_data")).find((extent) => extent.end > 0)!;
  assert.equal(end, acknowledged);
  assert.ok(begin > 0, "the old segments made room");
  // First a session that was not there, so that the refused one would get its row if it had kept it.
  for (const sessionId of ["run-new", `run-${acknowledged}`]) {
    const batch = batchOf("phone-1", String(acknowledged), { sessionId, ...noisy(2000) });
    assert.deepEqual(await log.append(batch), { duplicate: false });
    assert.deepEqual(await log.append(batch), { duplicate: true });
    await harness.settle(log);
    assert.equal((await readAllRaw(log)).flat().at(-1)!.record.sessionId, sessionId);
    assert.equal((await readAllActivity(log)).flat().at(-1)!.record.sessionId, sessionId);
  }
});

Deno.test("a task's commit that finds the disk full is kept and made later, and nothing is processed twice", async () => {
  await using harness = new EmbeddedHarness({ maxPages: 24 });
  const log = await harness.open();
  let bytes = 0;
  await log.run((context) => {
    const task = new CountingTask(context);
    return {
      process: (key, batch, offset) => task.process(key, batch, offset),
      tick: () => {},
      close: () => {},
      take(snapshot) {
        const { outputs, states } = task.take(snapshot);
        return { outputs, states: states.map((state) => ({ ...state, value: pad(state.value, bytes) })) };
      },
    };
  });
  await log.append(batchOf("phone-1", "1"));
  bytes = 500_000;
  harness.nowMs += SNAPSHOT_INTERVAL_MS;
  log.advance();
  assert.match(log.status().trouble!, /disk is full/);
  await log.append(batchOf("phone-1", "2"));
  log.advance();
  assert.deepEqual((await readAllActivity(log)).flat(), []);
  const found = await harness.crash(log);
  assert.equal((await readAllRaw(found)).flat().length, 2, "what was acknowledged is there");
  await found.run((context) => new CountingTask(context));
  await harness.settle(found);
  assert.deepEqual((await readAllActivity(found)).flat().map(({ record }) => record.timestamp), [1000, 2000]);
  await assert.rejects(log.close(), Unavailable);
  harness.forget(log);
});

Deno.test("states and message ids survive their folding, a crash after it, and what came since", async () => {
  await using harness = new EmbeddedHarness();
  const log = await harness.open();
  await log.run((context) => new CountingTask(context));
  for (const id of ["1", "a"]) await log.append(batchOf("phone-1", id));
  await log.append(batchOf("phone-2", `${CLOSING}1`));
  await harness.settle(log);
  harness.nowMs += 30_000;
  log.advance();
  for (const id of ["2", "b"]) await log.append(batchOf("phone-1", id));
  await harness.settle(log);
  const found = await harness.crash(log);
  const restored: string[] = [];
  await found.run((context) => {
    const task = new CountingTask(context);
    restored.push(...task.restored);
    return task;
  });
  assert.deepEqual(restored, [sessionKey("phone-1", "run-1")]);
  for (const id of ["1", "2", "a", "b"]) {
    assert.deepEqual(await found.append(batchOf("phone-1", id)), { duplicate: true });
  }
  for (const phone of ["phone-1", "phone-2"]) await found.append(batchOf(phone, "3"));
  await harness.settle(found);
  const ends = (await readAllActivity(found)).flat().map(({ record }) => [record.deviceId, record.timestamp]);
  assert.deepEqual(ends.filter(([device]) => device === "phone-1").map(([, end]) => end), [
    1000,
    2000,
    3000,
    4000,
    5000,
  ]);
  assert.deepEqual(ends.filter(([device]) => device === "phone-2").map(([, end]) => end), [1000, 2000]);
});

Deno.test("message ids and closed states are forgotten once messages of their age are not accepted any more", async () => {
  await using harness = new EmbeddedHarness();
  let log = await harness.open();
  await log.run((context) => new CountingTask(context));
  await log.append(batchOf("phone-1", `${CLOSING}1`));
  await harness.settle(log);
  harness.nowMs += 30_000;
  log.advance();
  harness.nowMs += 3 * DAY_MS;
  // The newest segments stay, and their sessions with them.
  log.advance();
  assert.deepEqual(await log.append(batchOf("phone-1", `${CLOSING}1`)), { duplicate: true });
  await log.append(batchOf("phone-2", "1"));
  await harness.settle(log);
  harness.nowMs += 2 * HOUR_MS;
  log.advance();
  await log.close();
  log = await harness.reopen(log);
  await log.run((context) => new CountingTask(context));
  assert.deepEqual(await log.append(batchOf("phone-1", `${CLOSING}1`)), { duplicate: false });
  assert.deepEqual(await log.append(batchOf("phone-2", "1")), { duplicate: true });
  await harness.settle(log);
  const windows = (await readAllActivity(log)).flat().map(({ record }) => record);
  assert.deepEqual(windows.filter((w) => w.deviceId === "phone-1").map((w) => w.timestamp).at(-1), 1000);
});

Deno.test("retention deletes by age, keeps offsets and the newest segment, and nothing after the tasks' snapshot", async () => {
  await using harness = new EmbeddedHarness();
  let log = await harness.open();
  for (let i = 0; i < 5; i++) await log.append(batchOf("phone-1", String(i)));
  harness.nowMs += 2 * DAY_MS;
  log.advance();
  assert.equal((await readAllRaw(log)).flat().length, 5, "no task has seen them");

  await log.run((context) => new CountingTask(context));
  await harness.snapshot(log);
  harness.nowMs += 10_000;
  log.advance();
  const kept = (await readAllRaw(log)).flat();
  assert.deepEqual(kept.map(({ offset }) => offset), [4]);
  assert.deepEqual((await log.extents("raw_sensor_data")).filter(({ end }) => end > 0), [{
    begin: 4,
    end: 5,
  }]);
  await log.close();
  log = await harness.reopen(log);
  assert.deepEqual(await log.append(batchOf("phone-1", "2")), { duplicate: true });
  await log.append(batchOf("phone-1", "5"));
  assert.deepEqual((await readAllRaw(log)).flat().map(({ offset }) => offset), [4, 5]);
});

Deno.test("retention goes on at every call while a whole slice is due, so that many small groups do not outrun it", async () => {
  await using harness = new EmbeddedHarness({ retentionBytes: 1 });
  const log = await harness.open();
  await log.run((context) => new CountingTask(context));
  log.advance();
  for (let i = 0; i < DELETE_SEGMENTS + 6; i++) await log.append(batchOf("phone-1", String(i)));
  await harness.snapshot(log);
  harness.nowMs += 5000;
  for (let calls = 0; calls < 2; calls++) log.advance();
  assert.equal((await readAllRaw(log)).flat().length, 1);
});

Deno.test("another number of partitions than the database was made with is refused with what to set", async () => {
  await using harness = new EmbeddedHarness();
  const log = await harness.open();
  await log.close();
  const settings = { path: harness.pathOf(log), partitions: 8, retentionMs: 1, retentionBytes: 1, seenMs: 1 };
  assert.throws(() => new EmbeddedLog(settings), /has 4 partitions and PARTITIONS is 8.*set PARTITIONS=4/);
});

Deno.test("each log has an id of its own, which it keeps", async () => {
  await using harness = new EmbeddedHarness();
  const [log, other] = [await harness.open(), await harness.open()];
  assert.match(log.id, /^embedded-[0-9a-f-]{36}$/);
  assert.notEqual(other.id, log.id);
  await log.append(batchOf("phone-1", "1"));
  assert.equal((await harness.crash(log)).id, log.id);
  await log.close();
  assert.equal((await harness.reopen(log)).id, log.id);
});

Deno.test("a log from before logs had ids stays the one that Snowflake and the read model know", async () => {
  await using harness = new EmbeddedHarness();
  const log = await harness.open();
  await log.append(batchOf("phone-1", "1"));
  await log.close();
  {
    using db = new DatabaseSync(harness.pathOf(log));
    assert.equal(db.prepare("DELETE FROM meta WHERE name = 'id'").run().changes, 1);
  }
  const older = await harness.reopen(log);
  assert.equal(older.id, "embedded");
  assert.equal((await readAllRaw(older)).flat().length, 1);
  await older.close();
  assert.equal((await harness.reopen(older)).id, "embedded");
});

function pad(value: Uint8Array, bytes: number): Uint8Array {
  const padded = new Uint8Array(Math.max(value.length, bytes));
  padded.set(value);
  return padded;
}
