import assert from "node:assert/strict";
import { STANDARD_GRAVITY, STREAM } from "./gravity.ts";
import { batches, newTable, recording, scaled, withoutGravity } from "./testing/signals.ts";
import { allows, judgeWith, reviseWith, type StreamSetting } from "./stream_setting.ts";
import type { WindowResult } from "./window.ts";

const set = (gravity: StreamSetting["gravity"], unit: StreamSetting["unit"]): StreamSetting => ({
  gravity,
  unit,
});

Deno.test("with both set nothing is judged", () => {
  for (const [mean, magnitude] of [[9.8, 9.8], [0, 3], [1, 1]]) {
    assert.equal(judgeWith(set("included", "ms2"), mean, magnitude), STREAM.included);
    assert.equal(judgeWith(set("included", "g"), mean, magnitude), STREAM.includedG);
    assert.equal(judgeWith(set("removed", "ms2"), mean, magnitude), STREAM.removed);
    assert.equal(judgeWith(set("removed", "g"), mean, magnitude), STREAM.removedG);
  }
});

Deno.test("with one set the other is judged", () => {
  assert.equal(judgeWith(set("included", null), 9.8, 9.9), STREAM.included);
  assert.equal(judgeWith(set("included", null), 0.5, 1.2), STREAM.includedG);
  assert.equal(judgeWith(set("removed", null), 1, 1), STREAM.removed);
  assert.equal(judgeWith(set(null, "ms2"), 9.8, 9.9), STREAM.included);
  assert.equal(judgeWith(set(null, "ms2"), 1, 1), STREAM.removed);
  assert.equal(judgeWith(set(null, "g"), 1, 1), STREAM.includedG);
  assert.equal(judgeWith(set(null, "g"), 0.1, 0.5), STREAM.removedG);
});

Deno.test("what is set is not revised, what is judged is", () => {
  assert.equal(reviseWith(set("removed", "ms2"), STREAM.removed, 9.8, 9.8), STREAM.removed);
  assert.equal(reviseWith(set(null, "g"), STREAM.removedG, 1, 1), STREAM.includedG);
  assert.equal(reviseWith(set(null, "g"), STREAM.includedG, 0.01, 0.2), STREAM.removedG);
  assert.equal(reviseWith(set(null, "ms2"), STREAM.removed, 1, 1.5), STREAM.removed);
});

Deno.test("allows() is about what is set", () => {
  assert.equal(allows(set("removed", null), STREAM.removedG), true);
  assert.equal(allows(set("removed", null), STREAM.included), false);
  assert.equal(allows(set(null, "g"), STREAM.included), false);
  assert.equal(allows(set(null, "g"), STREAM.undecided), false);
});

/** Mean of the last windows' magnitudes, m/s², and what the stream is then taken for. */
async function walkedWith(
  setting: StreamSetting | null,
  change = (readings: Awaited<ReturnType<typeof recording>>) => readings,
) {
  const table = newTable(), slot = table.open(), windows: WindowResult[] = [];
  table.setStreamSetting(setting);
  for (const { tMs, xyz, count } of batches(change(await recording("walking")))) {
    table.feed(slot, tMs, xyz, count, "unknown", (window) => void windows.push({ ...window }));
  }
  const last = windows.slice(-5);
  return {
    verdict: table.gravityVerdict(slot),
    magnitudeMs2: last.reduce((sum, { magnitude }) => sum + magnitude, 0) / last.length,
    gravityRemoved: last[0].gravityRemoved,
  };
}

Deno.test("a gravity-free stream in g is read as such only when it is set", async () => {
  const inG = (readings: Awaited<ReturnType<typeof recording>>) =>
    scaled(withoutGravity(readings), 1 / STANDARD_GRAVITY);
  const found = await walkedWith(null, inG);
  const said = await walkedWith(set("removed", "g"), inG);
  assert.ok(Math.abs(said.magnitudeMs2 / found.magnitudeMs2 / STANDARD_GRAVITY - 1) < 0.001);
  assert.deepEqual(said.verdict, {
    included: false,
    unit: "g",
    reason: "set for this device by an admin",
    decided: true,
  });
});

Deno.test("what is set overrules clear data, and what it leaves open is found out", async () => {
  const wrong = await walkedWith(set("removed", "ms2"));
  assert.deepEqual([wrong.verdict.included, wrong.gravityRemoved], [false, false]);
  assert.ok(wrong.magnitudeMs2 > 9);
  const found = await walkedWith(null), left = await walkedWith(set(null, "ms2"));
  assert.equal(left.verdict.included, true);
  assert.equal(left.magnitudeMs2, found.magnitudeMs2);
});
