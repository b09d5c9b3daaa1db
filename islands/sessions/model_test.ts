import assert from "node:assert/strict";
import type { Segment, SessionDetail } from "../../web/services.ts";
import { segmentAt, SessionModel } from "./model.ts";

const START_MS = 1_000_000;

function session(endedAt: number | null, more: Partial<SessionDetail> = {}): SessionDetail {
  return {
    sessionId: "walk",
    deviceId: "nokia",
    name: null,
    note: null,
    startedAt: endedAt === null ? null : START_MS,
    endedAt,
    receivedAt: START_MS,
    live: true,
    totals: { stationary: 0, walking: 0, running: 0, unknown: 0 },
    windows: 0,
    gaps: 0,
    current: null,
    labels: [],
    strip: [],
    segments: [],
    counts: null,
    ...more,
  };
}

const init = (endedAt: number | null, view: { from: number; to: number } | null = null) => ({
  session: session(endedAt),
  series: null,
  view,
});

Deno.test("a page begins with what its address says, as far as the session has it", () => {
  const model = new SessionModel(
    init(START_MS + 600_000, { from: START_MS + 590_000, to: START_MS + 900_000 }),
  );
  assert.deepEqual(model.view.value, { from: START_MS + 290_000, to: START_MS + 600_000 });
  assert.deepEqual(model.viewQuery(), { from: String(START_MS + 290_000), to: String(START_MS + 600_000) });
  assert.deepEqual(new SessionModel(init(START_MS + 600_000)).viewQuery(), {});
});

Deno.test("half as much as is in view is loaded on either side, within the session", () => {
  const model = new SessionModel(
    init(START_MS + 600_000, { from: START_MS + 100_000, to: START_MS + 400_000 }),
  );
  assert.deepEqual(model.seriesSpan(), { from: START_MS, to: START_MS + 550_000 });
});

Deno.test("a session that gets its first results is shown whole, and grows while all is in view", () => {
  const model = new SessionModel(init(null));
  model.update(session(START_MS + 20_000));
  assert.deepEqual(model.view.value, { from: START_MS, to: START_MS + 20_000 });
  assert.equal(model.atMs.value, START_MS);
  model.update(session(START_MS + 30_000));
  assert.deepEqual(model.view.value, { from: START_MS, to: START_MS + 30_000 });
  model.show({ from: START_MS, to: START_MS + 15_000 });
  const view = model.view.value;
  model.update(session(START_MS + 40_000));
  assert.deepEqual(view, { from: START_MS, to: START_MS + 15_000 });
  assert.equal(model.view.value, view, "what stays as it is has to be the same");
});

Deno.test("a time has the segment that it lies in, and none in a gap", () => {
  const segment = (from: number, to: number): Segment => ({
    activity: "walking",
    from,
    to,
    windows: 1,
    magnitude: 2,
  });
  const segments = [segment(0, 10), segment(20, 30)];
  assert.equal(segmentAt(segments, 5), segments[0]);
  assert.equal(segmentAt(segments, 15), null);
  assert.equal(segmentAt(segments, 20), segments[1]);
  assert.equal(segmentAt(segments, 31), null);
  assert.equal(segmentAt([], 5), null);
});
