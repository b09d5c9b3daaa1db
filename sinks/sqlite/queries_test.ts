import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIVITIES, type ActivityRecord } from "../../log/records.ts";
import type { ActivityFilter } from "./answers.ts";
import { ModelHarness, START_MS, windowOf } from "./testing/model_harness.ts";

const MINUTE_MS = 60_000;
const MAX_PAGES = 2000;

function allPages(harness: ModelHarness, filter: ActivityFilter, between = () => {}): ActivityRecord[] {
  const all: ActivityRecord[] = [];
  let cursor: string | null | undefined;
  for (let pages = 0; cursor !== null; pages++) {
    assert.ok(pages < MAX_PAGES, "paging comes to an end");
    if (cursor !== undefined) between();
    const { items, nextCursor } = harness.model.queries.activity({ ...filter, cursor });
    assert.ok(items.length <= filter.limit);
    all.push(...items);
    cursor = nextCursor;
  }
  return all;
}

const sorted = (records: readonly ActivityRecord[]) =>
  records.map(({ deviceId, messageId }) => `${deviceId} ${messageId}`).sort();

Deno.test("paging sees each window that matches once, in order, for every filter and limit", () => {
  const session = fc.record({
    phone: fc.integer({ min: 0, max: 2 }),
    session: fc.integer({ min: 0, max: 1 }),
    gaps: fc.array(fc.constantFrom(1, 1, 1, 30, 61, 300), { minLength: 1, maxLength: 25 }),
    activity: fc.constantFrom(...ACTIVITIES),
  });
  const offset = fc.integer({ min: -2, max: 600 }).map((s) => START_MS + 1000 * s);
  const filter = fc.record({
    limit: fc.integer({ min: 1, max: 30 }),
    order: fc.constantFrom("asc" as const, "desc" as const),
    deviceId: fc.option(fc.constantFrom("phone-0", "phone-1"), { nil: undefined }),
    sessionId: fc.option(fc.constantFrom("run-0", "run-1"), { nil: undefined }),
    activity: fc.option(fc.constantFrom(...ACTIVITIES), { nil: undefined }),
    from: fc.option(offset, { nil: undefined }),
    to: fc.option(offset, { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.array(session, { maxLength: 5 }),
      fc.array(filter, { minLength: 5, maxLength: 5 }),
      (sessions, filters) => {
        using harness = new ModelHarness();
        const windows: ActivityRecord[] = [];
        const ends = new Map<string, number>();
        for (const { phone, session, gaps, activity } of sessions) {
          for (const gap of gaps) {
            const key = `${phone} ${session}`;
            const end = (ends.get(key) ?? START_MS) + 1000 * gap;
            ends.set(key, end);
            windows.push(windowOf(`phone-${phone}`, `run-${session}`, end, activity));
            harness.commit(windows.at(-1)!);
          }
          harness.writeAll();
        }
        for (const filter of filters) {
          const { deviceId, sessionId, activity, from = 0, to = Infinity } = filter;
          const expected = windows.filter((window) =>
            (!deviceId || window.deviceId === deviceId) && (!sessionId || window.sessionId === sessionId) &&
            (!activity || window.activity === activity) && window.timestamp >= from && window.timestamp < to
          );
          const found = allPages(harness, filter);
          assert.deepEqual(sorted(found), sorted(expected));
          const sign = filter.order === "desc" ? -1 : 1;
          for (let i = 1; i < found.length; i++) {
            assert.ok(sign * (found[i].timestamp - found[i - 1].timestamp) >= 0);
          }
        }
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("windows that come while a client pages make it miss or repeat none of the others", () => {
  using harness = new ModelHarness();
  let second = 0;
  const commit = () => {
    second++;
    for (const phone of [0, 1]) harness.commit(windowOf(`phone-${phone}`, "run-1", START_MS + 1000 * second));
  };
  while (second < 100) commit();
  for (const order of ["asc", "desc"] as const) {
    const before = 1000 * second + START_MS;
    let rest = 20;
    const found = allPages(harness, { limit: 7, order }, () => rest-- > 0 && commit());
    const keys = sorted(found.filter(({ timestamp }) => timestamp <= before));
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(keys.length, 2 * (before - START_MS) / 1000);
  }
});

Deno.test("a filter that matches little gives short pages with a cursor instead of a stall", () => {
  using harness = new ModelHarness();
  for (let minute = 0; minute < 600; minute++) {
    const activity = minute === 0 || minute === 599 ? "running" : "walking";
    harness.commit(windowOf("phone-1", "run-1", START_MS + minute * MINUTE_MS, activity));
  }
  for (const order of ["asc", "desc"] as const) {
    const filter = { activity: "running" as const, limit: 100, order };
    const { items, nextCursor } = harness.model.queries.activity(filter);
    assert.equal(items.length, 1);
    assert.notEqual(nextCursor, null);
    const ends = allPages(harness, filter).map(({ timestamp }) => (timestamp - START_MS) / MINUTE_MS);
    assert.deepEqual(ends, order === "asc" ? [0, 599] : [599, 0]);
    assert.equal(allPages(harness, { limit: 1, order }).length, 600);
  }
});

Deno.test("sessions come newest first and paging sees each once, per device too", () => {
  using harness = new ModelHarness();
  // Several begin in the same second.
  for (let i = 0; i < 25; i++) {
    harness.commit(windowOf(`phone-${i % 3}`, `run-${i}`, START_MS + 1000 * Math.floor(i / 4)));
  }
  for (const deviceId of [undefined, "phone-1"]) {
    const seen: string[] = [];
    let newest = Infinity;
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const { items, nextCursor } = harness.model.queries.sessions({ deviceId, limit: 4, cursor });
      for (const { sessionId, startedAt } of items) {
        assert.ok(startedAt! <= newest);
        newest = startedAt!;
        seen.push(sessionId);
      }
      cursor = nextCursor;
    }
    const expected = Array.from({ length: 25 }, (_, i) => i).filter((i) => !deviceId || i % 3 === 1);
    assert.deepEqual(seen.toSorted(), expected.map((i) => `run-${i}`).sort());
  }
});

Deno.test("of several devices' sessions with one id, the newest or the asked device's is meant", () => {
  using harness = new ModelHarness();
  harness.commit(windowOf("phone-1", "run-1", START_MS + 9000));
  harness.commit(windowOf("phone-2", "run-1", START_MS + 1000));
  const { queries } = harness.model;
  assert.equal(queries.session("run-1")!.deviceId, "phone-1");
  assert.equal(queries.session("run-1", "phone-2")!.deviceId, "phone-2");
  assert.equal(queries.session("run-1", "phone-3"), null);
});

for (const cursor of ["x", "1", "1.2.3", "1.5e999.2", "Infinity.1"]) {
  Deno.test(`the cursor "${cursor}" is a RangeError that says what to send`, () => {
    using harness = new ModelHarness();
    assert.throws(
      () => harness.model.queries.activity({ limit: 1, cursor }),
      /RangeError: cursor is .*nextCursor/,
    );
    assert.throws(() => harness.model.queries.sessions({ limit: 1, cursor }), RangeError);
  });
}
