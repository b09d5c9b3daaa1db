import assert from "node:assert/strict";
import fc from "fast-check";
import { windowRecord } from "../../log/testing/windows.ts";
import { visibleRuns } from "./visible.ts";

Deno.test("all records that are not hidden are left, at their offsets, and the last position is the given one", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 12 }), (hidden) => {
    const records = hidden.map((isHidden, i) =>
      windowRecord({ deviceId: "phone-1", sessionId: isHidden ? "hidden" : "shown" }, i)
    );
    const ends = [3, 100 + records.length, 5];
    const runs = visibleRuns(records, 1, ends, ({ sessionId }) => sessionId === "hidden");
    const placed = runs.flatMap(({ records, ends }) => {
      assert.deepEqual([ends[0], ends[2]], [3, 5]);
      return records.map(({ timestamp }, i) => [timestamp, ends[1] - records.length + i]);
    });
    assert.deepEqual(placed, hidden.flatMap((isHidden, i) => isHidden ? [] : [[i, 100 + i]]));
    assert.deepEqual(runs.at(-1)!.ends, ends);
  }));
});

Deno.test("where nothing is hidden, the records are handed on as they are", () => {
  const records = [windowRecord({ deviceId: "phone-1", sessionId: "run-1" }, 1)];
  const [run, ...more] = visibleRuns(records, 0, [7], () => false);
  assert.equal(run.records, records);
  assert.deepEqual(more, []);
});
