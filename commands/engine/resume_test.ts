import assert from "node:assert/strict";
import type { ActivityRecord } from "../../log/records.ts";
import { fakeRecord } from "../../web/testing/fake_services.ts";
import { missedFrames } from "./resume.ts";

const START_MS = 1_767_225_600_000;
const RESET = "event: reset\ndata: {}\n\n";
const ALL = { deviceId: null, batchMs: 250 };

/** Two partitions: windows of "a" in the first, of "b" and "c" in the second. */
const PARTITIONS = [
  [1, 3, 5].map((s) => fakeRecord("a", START_MS + 1000 * s, "walking")),
  [2, 4, 6].map((s) => fakeRecord(s === 4 ? "c" : "b", START_MS + 1000 * s, "running")),
];

function missed(
  lastEventId: string | null,
  query: Parameters<typeof missedFrames>[1] = ALL,
  ends = [3, 3],
): string {
  const log = {
    readActivitySync: (partition: number, from: number, limit: number) => ({
      records: PARTITIONS[partition].slice(from, from + limit).map((record) => ({ record })),
    }),
  };
  return new TextDecoder().decode(missedFrames(log, query, lastEventId, ends));
}

const recordsIn = (frames: string): ActivityRecord[] =>
  [...frames.matchAll(/^data: (.*)$/gm)].flatMap(([, data]) => JSON.parse(data));

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
  assert.deepEqual(
    recordsIn(missed("0.0", { deviceId: "b", batchMs: 0 }, [3, 2])).map(({ deviceId }) => deviceId),
    [
      "b",
    ],
  );
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
  const log = { readActivitySync: () => ({ records: [] }) };
  assert.equal(new TextDecoder().decode(missedFrames(log, ALL, "0.3", [3, 3])), RESET);
});

Deno.test("more than 5,000 missed records are not sent: the viewer loads its snapshot again", () => {
  const log = {
    readActivitySync: (partition: number, _: number, limit: number) => ({
      records: Array.from({ length: limit }, () => ({ record: PARTITIONS[partition][0] })),
    }),
  };
  const frames = (ends: number[]) => new TextDecoder().decode(missedFrames(log, ALL, "0.0", ends));
  assert.equal(frames([2501, 2500]), RESET);
  assert.equal(recordsIn(frames([2500, 2500])).length, 5000);
});
