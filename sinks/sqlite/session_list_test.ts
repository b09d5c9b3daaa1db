import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIVITIES, type LabelActivity } from "../../log/records.ts";
import { GAP, shortened } from "../../stream/strip.ts";
import type { SessionFilter, SessionSummary, StripPiece } from "./answers.ts";
import { ModelHarness, SLIDE_MS, START_MS, windowOf } from "./testing/model_harness.ts";

const NAMES = ["Läufe am Fluss", "100%_\\", "", "RUN"];
const at = (seconds: number) => START_MS + SLIDE_MS * seconds;

function allPages(harness: ModelHarness, filter: SessionFilter): SessionSummary[] {
  const all: SessionSummary[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = harness.model.queries.sessions({ ...filter, cursor });
    assert.ok(page.items.length <= filter.limit);
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

Deno.test("a list shows exactly the sessions that every filter lets through, each once, newest first", () => {
  const session = fc.record({
    phone: fc.integer({ min: 0, max: 2 }),
    startS: fc.integer({ min: 0, max: 20 }),
    activities: fc.array(fc.constantFrom(...ACTIVITIES), { minLength: 1, maxLength: 3 }),
    name: fc.constantFrom(null, ...NAMES),
    label: fc.constantFrom<LabelActivity | null>(null, "walking", "running"),
    deleted: fc.nat(5).map((n) => n === 0),
  });
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const second = fc.integer({ min: -1, max: 21 }).map(at);
  const filter = fc.record({
    limit: fc.integer({ min: 1, max: 5 }),
    deviceId: optional(fc.constantFrom("phone-0", "phone-1")),
    from: optional(second),
    to: optional(second),
    activity: optional(fc.constantFrom(...ACTIVITIES)),
    label: optional(fc.constantFrom<LabelActivity | "any">("any", "walking", "stationary")),
    q: optional(fc.constantFrom("LÄUFE", "%", "_\\", "run", "Run-1", "HONE-2")),
  });
  fc.assert(
    fc.property(
      fc.array(session, { maxLength: 12 }),
      fc.array(filter, { minLength: 8, maxLength: 8 }),
      (sessions, filters) => {
        using harness = new ModelHarness();
        sessions.forEach(({ phone, startS, activities, name, label, deleted }, i) => {
          const windows = activities.map((activity, n) =>
            windowOf(`phone-${phone}`, `run-${i}`, at(startS + n + 1), activity)
          );
          harness.commit(...windows);
          const labels = label ? [{ from: 0, to: 1, activity: label, source: "person" as const }] : [];
          if (name !== null || label || deleted) {
            harness.say(`phone-${phone}`, `run-${i}`, {
              name,
              labels,
              deletedAtMs: deleted ? START_MS : null,
            });
          }
        });
        for (const filter of filters) {
          const { deviceId, from = -Infinity, to = Infinity, activity, label, q } = filter;
          const expected = sessions.flatMap((session, i) => {
            const texts = [session.name ?? "", `run-${i}`, `phone-${session.phone}`];
            const isIn = !session.deleted && (!deviceId || deviceId === `phone-${session.phone}`) &&
              at(session.startS) >= from && at(session.startS) < to &&
              (!activity || session.activities.includes(activity)) &&
              (!label || (label === "any" ? session.label !== null : session.label === label)) &&
              (!q || texts.some((text) => text.toLowerCase().includes(q.toLowerCase())));
            return isIn ? [`run-${i}`] : [];
          });
          const found = allPages(harness, filter);
          assert.deepEqual(found.map(({ sessionId }) => sessionId).sort(), expected.sort());
          for (let i = 1; i < found.length; i++) assert.ok(found[i - 1].startedAt! >= found[i].startedAt!);
        }
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("strips are as long as their sessions and tell what each part of them is", () => {
  const parts = fc.array(
    fc.tuple(fc.constantFrom(...ACTIVITIES, "gap" as const), fc.integer({ min: 1, max: 9 })),
    {
      minLength: 1,
      maxLength: 200,
    },
  );
  fc.assert(
    fc.property(fc.array(parts, { minLength: 1, maxLength: 3 }), (sessions) => {
      using harness = new ModelHarness();
      const expected = sessions.map((parts, i) => {
        const windows = [], pieces: [number, number][] = [];
        let second = 0;
        for (const [activity, seconds] of parts) {
          for (let s = 0; s < seconds; s++) {
            second++;
            if (activity !== "gap") windows.push(windowOf("phone-1", `run-${i}`, at(second), activity));
          }
        }
        if (windows.length === 0) return null;
        harness.commit(...windows);
        let endMs = windows[0].timestamp - SLIDE_MS;
        for (const { timestamp, activity } of windows) {
          const gapMs = timestamp - SLIDE_MS - endMs;
          if (gapMs > 0) pieces.push([GAP, gapMs]);
          const last = pieces.at(-1), code = ACTIVITIES.indexOf(activity);
          if (last?.[0] === code) last[1] += SLIDE_MS;
          else pieces.push([code, SLIDE_MS]);
          endMs = timestamp;
        }
        return shortened(pieces);
      });
      const { items } = harness.model.queries.sessions({ limit: 10, strips: true });
      const strips = sessions.map((_, i) =>
        items.find(({ sessionId }) => sessionId === `run-${i}`)?.strip ?? null
      );
      assert.deepEqual(strips, expected);
    }),
    { numRuns: 20 },
  );
});

Deno.test("a session of very many segments gives a strip of parts, the same with and without it being written", () => {
  using harness = new ModelHarness();
  const windows = Array.from({ length: 4800 }, (_, i) => {
    // The first half changes every second and mostly walks, the second half stands still.
    const activity = i < 2400 ? (i % 2 ? "running" : "walking") : "stationary";
    return windowOf("phone-1", "run-1", at(i + 1), activity);
  });
  harness.commit(...windows);
  const strip = () => harness.model.queries.sessions({ limit: 1, strips: true }).items[0].strip;
  const first = strip();
  const sumMs = (pieces: StripPiece[]) => pieces.reduce((sum, [, ms]) => sum + ms, 0);
  assert.equal(Math.round(sumMs(first)), 4_800_000);
  assert.deepEqual(first.at(-1), ["stationary", 2_400_000]);
  assert.ok(first.length <= 61 && first.slice(0, -1).every(([activity]) => activity !== "stationary"));
  harness.restart();
  assert.deepEqual(strip(), first);
  assert.deepEqual(harness.model.queries.sessions({ limit: 1 }).items[0].strip, [], "unless asked for");
});
