import assert from "node:assert/strict";
import type { ActivityRecord } from "../../log/records.ts";
import { fakeRecord } from "../../web/testing/fake_services.ts";
import { RecentActivity } from "./recent.ts";

const START_MS = 1_767_225_600_000;
const RESET = "event: reset\ndata: {}\n\n";
const ALL = { deviceId: null, batchMs: 250 };
const EMPTY = [{ begin: 0, end: 0 }, { begin: 0, end: 0 }];
type Query = Parameters<RecentActivity["missed"]>[0];

/** Two partitions: windows of "a" in the first, of "b" and "c" in the second. */
const PARTITIONS = [
  [1, 3, 5].map((s) => fakeRecord("a", START_MS + 1000 * s, "walking")),
  [2, 4, 6].map((s) => fakeRecord(s === 4 ? "c" : "b", START_MS + 1000 * s, "running")),
];

/** Filled up to `ends`, one record of each partition after the other. */
function recentOf(ends: number[]): RecentActivity {
  const recent = new RecentActivity(EMPTY);
  for (let offset = 0; offset < 3; offset++) {
    ends.forEach((end, partition) => {
      if (offset >= end) return;
      const at = ends.map((_, other) => offset + (other <= partition ? 1 : 0));
      recent.add([PARTITIONS[partition][offset]], partition, at);
    });
  }
  return recent;
}

const framesOf = (recent: RecentActivity, lastEventId: string | null, query: Query = ALL) =>
  new TextDecoder().decode(recent.missed(query, lastEventId));
const missed = (lastEventId: string | null, query: Query = ALL, ends = [3, 3]) =>
  framesOf(recentOf(ends), lastEventId, query);
const recordsIn = (frames: string): ActivityRecord[] =>
  [...frames.matchAll(/^data: (.*)$/gm)].flatMap(([, data]) => JSON.parse(data));
const windows = (count: number) =>
  Array.from({ length: count }, (_, i) => fakeRecord("a", START_MS + 1000 * i, "walking"));

Deno.test("a first visit and one that is up to date miss nothing", () => {
  assert.equal(missed(null), "");
  assert.equal(missed("3.3"), "");
});

Deno.test("one that comes back gets what came since, in order of time, with the position after it", () => {
  const frames = missed("1.2");
  assert.match(frames, /^id: 3\.3\nevent: activity\n/);
  assert.deepEqual(recordsIn(frames).map(({ timestamp }) => (timestamp - START_MS) / 1000), [3, 5, 6]);
});

Deno.test("it gets its device only, and records that came after the position it joins at come by the channel", () => {
  const devices = recordsIn(missed("0.0", { deviceId: "b", batchMs: 0 }, [3, 2])).map(({ deviceId }) =>
    deviceId
  );
  assert.deepEqual(devices, ["b"]);
  assert.equal(missed("0.2", { deviceId: "c", batchMs: 0 }), "");
});

Deno.test("without pace each record is an event with the position after it", () => {
  const frames = missed("2.2", { deviceId: null, batchMs: 0 });
  assert.equal(frames.split("event: activity\n").length - 1, 2);
  assert.match(frames, /^id: 3\.2\nevent: activity\ndata: .*\n\nid: 3\.3\nevent: activity\ndata: .*\n\n$/);
});

for (const id of ["", "x", "1", "1.2.3", "4.0", "0.4"]) {
  Deno.test(`the position "${id}", which is not of this log, makes the viewer load its snapshot again`, () => {
    assert.equal(missed(id), RESET);
  });
}

Deno.test("a viewer whose next records are not kept any more loads its snapshot again", () => {
  const recent = new RecentActivity([{ begin: 7, end: 9 }, { begin: 0, end: 0 }]);
  recent.add(windows(2), 0, [9, 0]);
  assert.equal(framesOf(recent, "6.0"), RESET);
  assert.equal(recordsIn(framesOf(recent, "7.0")).length, 2);
});

Deno.test("more than 5,000 missed records are not sent: the viewer loads its snapshot again", () => {
  const recent = new RecentActivity(EMPTY);
  recent.add(windows(2501), 0, [2501, 0]);
  recent.add(windows(2499), 1, [2501, 2499]);
  assert.equal(recordsIn(framesOf(recent, "0.0")).length, 5000);
  recent.add(windows(1), 1, [2501, 2500]);
  assert.equal(framesOf(recent, "0.0"), RESET);
  assert.equal(recordsIn(framesOf(recent, "1.0")).length, 5000);
});

Deno.test("offsets that hold no record are passed over", () => {
  const recent = new RecentActivity(EMPTY);
  recent.add(windows(2), 0, [2, 0]);
  // Kafka ends a transaction at offset 2.
  recent.add(windows(2), 0, [5, 0]);
  for (const [id, count] of [["1.0", 3], ["2.0", 2], ["3.0", 2], ["4.0", 1], ["5.0", 0]] as const) {
    assert.equal(recordsIn(framesOf(recent, id)).length, count, id);
  }
});

Deno.test("after a restart the tail starts so far back that all its records are kept", () => {
  const extents = [{ begin: 0, end: 9000 }, { begin: 50, end: 60 }];
  const recent = new RecentActivity(extents);
  assert.deepEqual(recent.from, [6500, 50]);
  recent.add(windows(2500), 0, [9000, 50]);
  recent.add(windows(10), 1, [9000, 60]);
  assert.equal(recordsIn(framesOf(recent, "6500.50")).length, 2510);
  assert.equal(framesOf(recent, "6499.60"), RESET);
});

Deno.test("a viewer at the log's end is up to date even before the tail has come there", () => {
  const recent = new RecentActivity([{ begin: 0, end: 3 }]);
  assert.deepEqual(recent.ends, [3]);
  assert.equal(framesOf(recent, "3"), "");
  recent.add(windows(1), 0, [1]);
  assert.deepEqual(recent.ends, [3]);
  assert.equal(framesOf(recent, "3"), "");
});
