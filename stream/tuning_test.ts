import assert from "node:assert/strict";
import fc from "fast-check";
import { decide } from "./columns.ts";
import {
  anySession,
  anyValues,
  label,
  recordedSessions,
  recordingsOf,
  sessionOf,
  SHIPPED,
} from "./testing/tuning.ts";
import { histogramOf, previewOf } from "./tuning.ts";

const anySessions = fc.array(anySession, { maxLength: 12 });

Deno.test("a preview of the values in force changes nothing", () => {
  fc.assert(fc.property(anySessions, anyValues, (sessions, values) => {
    const preview = previewOf(recordingsOf(sessions), values, structuredClone(values));
    assert.deepEqual(preview.before, preview.after);
    assert.deepEqual([preview.changedMs, preview.changedSessions, preview.mostChanged], [0, 0, []]);
    const { before, after, added, removed } = preview.transitions;
    assert.deepEqual([after, added, removed], [before, 0, 0]);
  }));
});

Deno.test("a preview's figures agree with one another, whatever changes", () => {
  fc.assert(fc.property(anySessions, anyValues, anyValues, (sessions, before, after) => {
    const preview = previewOf(recordingsOf(sessions), before, after);
    const { transitions } = preview;
    assert.equal(transitions.before + transitions.added - transitions.removed, transitions.after);
    const changed = sessions.map(({ columns }) => {
      const [was, is] = [decide(columns, before), decide(columns, after)];
      return 1000 * was.filter((code, i) => code !== is[i]).length;
    });
    assert.equal(preview.changedMs, changed.reduce((sum, ms) => sum + ms, 0));
    assert.equal(preview.changedSessions, changed.filter((ms) => ms > 0).length);
    const most = changed.filter((ms) => ms > 0).sort((a, b) => b - a).slice(0, 10);
    assert.deepEqual(preview.mostChanged.map(({ changedMs }) => changedMs), most);
    for (const score of [preview.before, preview.after]) {
      assert.equal(score.windows, preview.labelledWindows);
      const rows = Object.values(score.confusion).flatMap((row) => Object.values(row));
      assert.equal(rows.reduce((sum, count) => sum + count, 0), preview.labelledWindows);
    }
  }));
});

Deno.test("a preview back is the mirror of the preview there", () => {
  fc.assert(fc.property(anySessions, anyValues, anyValues, (sessions, one, other) => {
    const there = previewOf(recordingsOf(sessions), one, other);
    const back = previewOf(recordingsOf(sessions), other, one);
    assert.deepEqual([there.before, there.after, there.changedMs], [back.after, back.before, back.changedMs]);
    assert.deepEqual([there.transitions.added, there.transitions.removed], [
      back.transitions.removed,
      back.transitions.added,
    ]);
  }));
});

Deno.test("the real recordings are told apart by the shipped values, and less well by bad ones", async () => {
  const recordings = recordingsOf(await recordedSessions());
  const { before, after, changedSessions, mostChanged } = previewOf(recordings, SHIPPED, {
    ...SHIPPED,
    walkingMs2: 0.5,
    runningMs2: 20,
    cadence: null,
  });
  assert.ok(before.accuracy > 0.9, `${before.accuracy}`);
  assert.equal(after.recall.running, 0);
  assert.ok(after.accuracy < before.accuracy);
  assert.ok(changedSessions >= 1);
  assert.equal(mostChanged[0].sessionId, "running");
  assert.ok(mostChanged[0].after.some(([activity]) => activity === "walking"));
});

Deno.test("transitions are counted between known windows, as added, removed or another", () => {
  const windows = [4, 4, 0.5, 4, 4, 10, 4].map((magnitude, i) => ({
    endS: 5 + i,
    magnitude,
    cadenceHz: null,
  }));
  const session = sessionOf([
    ...windows.slice(0, 2),
    { endS: 6.5, magnitude: 0, activity: "unknown" },
    ...windows.slice(2),
  ]);
  const { transitions } = previewOf(recordingsOf([session]), SHIPPED, {
    ...SHIPPED,
    walkingMs2: 0.2,
    stillStdMs2: 0,
  });
  assert.deepEqual(transitions, { before: 4, after: 2, added: 0, removed: 2 });
});

Deno.test("a score names recall by label, and none for a label that does not occur", () => {
  const windows = [4, 4, 0.5, 0.5].map((magnitude, i) => ({ endS: 5 + i, magnitude }));
  const session = sessionOf(windows, [label(0, 7, "walking"), label(7, 20, "stationary")]);
  const { before } = previewOf(recordingsOf([session]), SHIPPED, SHIPPED);
  assert.equal(before.windows, 3);
  assert.deepEqual(before.recall, { stationary: null, walking: 2 / 3, running: null });
  assert.deepEqual(before.confusion.walking, { stationary: 1, walking: 2, running: 0, unknown: 0 });
  assert.equal(before.accuracy, 2 / 3);
});

Deno.test("histogramOf() counts every decidable window once, by truth and magnitude", () => {
  fc.assert(fc.property(anySessions, (sessions) => {
    const { counts, windows } = histogramOf(recordingsOf(sessions));
    const counted = Object.values(counts).flat().reduce((sum, count) => sum + count, 0);
    const undecidable = sessions.reduce(
      (sum, { columns }) => sum + columns.covered.filter((c) => c === 0).length,
      0,
    );
    assert.equal(counted, windows - undecidable);
  }));
  const session = sessionOf(
    [{ endS: 5, magnitude: 0.3 }, { endS: 6, magnitude: 0.24 }, { endS: 20, magnitude: 1000 }],
    [label(0, 5, "running")],
  );
  const { binMs2, counts, labelledSessions } = histogramOf(recordingsOf([session]));
  assert.deepEqual([binMs2, labelledSessions], [0.25, 1]);
  assert.deepEqual([counts.running[1], counts.unlabelled[0], counts.unlabelled.at(-1)], [1, 1, 1]);
});
