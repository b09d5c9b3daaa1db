import assert from "node:assert/strict";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { windowRecord } from "../log/testing/windows.ts";
import type { ActivityRecord } from "../log/records.ts";
import { activityParquet } from "./activity_parquet.ts";
import { HttpProblem } from "./problem.ts";
import type { ActivityFilter, Page } from "./services.ts";
import { FakeServices } from "./testing/fake_services.ts";

const END_MS = 1_767_225_605_000;
const IDS = { deviceId: "phone-1", sessionId: "run-1" };

/** A store of so many windows that notes what it was asked. */
function storeOf(windows: readonly ActivityRecord[]) {
  const asked: ActivityFilter[] = [];
  const activity = (filter: ActivityFilter): Promise<Page<ActivityRecord>> => {
    asked.push(filter);
    const from = Number(filter.cursor ?? 0), to = from + filter.limit;
    const nextCursor = to < windows.length ? String(to) : null;
    return Promise.resolve({ items: windows.slice(from, to), nextCursor });
  };
  return { asked, store: { ...new FakeServices().store, activity } };
}

const read = async (response: Response) => {
  const file = await response.arrayBuffer();
  return { file, rows: await parquetReadObjects({ file }), metadata: parquetMetadata(file) };
};

Deno.test("what is read back is every window with its figures and types", async () => {
  const windows = [
    windowRecord(IDS, END_MS, { magnitude: 2.5123, confidence: 0.9731, cadenceHz: 1.875 }),
    windowRecord({ ...IDS, deviceId: '=1+1,"x" 🏃' }, END_MS + 1000, {
      activity: "unknown",
      cadenceHz: null,
      gravityRemoved: false,
    }),
  ];
  const { rows, metadata } = await read(await activityParquet(storeOf(windows).store, { limit: 1 }));
  assert.deepEqual(
    rows,
    windows.map((window) => ({
      messageId: window.messageId,
      sessionId: "run-1",
      deviceId: window.deviceId,
      timestamp: BigInt(window.timestamp),
      time: new Date(window.timestamp),
      activity: window.activity,
      confidence: window.confidence,
      magnitude: window.magnitude,
      magnitudeStd: 0.5,
      cadenceHz: window.cadenceHz,
      readings: 250,
      coverage: 1,
      windowStart: BigInt(window.windowStart),
      windowMs: 5000,
      gravityRemoved: window.gravityRemoved,
      thresholdsVersion: 1,
    })),
  );
  const optional = metadata.schema.filter(({ repetition_type }) => repetition_type === "OPTIONAL");
  assert.deepEqual(optional.map(({ name }) => name), ["cadenceHz"]);
});

Deno.test("many windows are row groups that follow one another, asked for as the client reads", async () => {
  const windows = Array.from({ length: 25_001 }, (_, i) => windowRecord(IDS, END_MS + 1000 * i));
  const { asked, store } = storeOf(windows);
  const response = await activityParquet(store, { ...IDS, order: "desc", limit: 7 });
  assert.ok(asked.length < 10, `${asked.length} pages are asked for before anything is read`);
  const { file, rows, metadata } = await read(response);
  assert.deepEqual(rows.map(({ timestamp }) => Number(timestamp)), windows.map(({ timestamp }) => timestamp));
  assert.deepEqual(metadata.row_groups.map(({ num_rows }) => Number(num_rows)), [10_000, 10_000, 5001]);
  assert.ok(file.byteLength < 40 * windows.length, `${file.byteLength} bytes`);
  for (const { deviceId, order } of asked) assert.deepEqual([deviceId, order], ["phone-1", "desc"]);
});

Deno.test("without windows there is a file of columns without rows", async () => {
  const { rows, metadata } = await read(await activityParquet(storeOf([]).store, { limit: 1 }));
  assert.deepEqual([rows, metadata.schema.length], [[], 17]);
});

Deno.test("the file is named after the session, whatever its id holds", async () => {
  const response = await activityParquet(storeOf([]).store, { sessionId: '../a "b"\n.run', limit: 1 });
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename=".._a__b__.run.parquet"');
  assert.equal(response.headers.get("content-type"), "application/vnd.apache.parquet");
  await response.body!.cancel();
});

Deno.test("a wrong cursor is a 400 and not half a file; a store that fails later breaks the file off", async () => {
  const failing = {
    ...new FakeServices().store,
    activity: () => Promise.reject(new RangeError("cursor is bad")),
  };
  await assert.rejects(
    activityParquet(failing, { limit: 1, cursor: "x" }),
    (error) => error instanceof HttpProblem && error.status === 400,
  );
  const windows = Array.from({ length: 12_000 }, (_, i) => windowRecord(IDS, END_MS + 1000 * i));
  const { store } = storeOf(windows);
  const { activity } = store;
  let calls = 0;
  store.activity = (filter) =>
    ++calls > 2 ? Promise.reject(new Error("the engine stopped")) : activity(filter);
  await assert.rejects((await activityParquet(store, { limit: 1 })).arrayBuffer(), /the engine stopped/);
});
