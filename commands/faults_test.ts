import assert from "node:assert/strict";
import fc from "fast-check";
import { type Faults, newFaultCounts, NO_FAULTS, SessionFaults } from "./faults.ts";
import type { Batch } from "./playback.ts";

const BATCHES: fc.Arbitrary<Batch[]> = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 120 })
  .map((stepsMs) => {
    let atMs = 0;
    return stepsMs.map((stepMs, id) => ({ id, from: 10 * id, to: 10 * id + 10, atMs: atMs += stepMs }));
  });
const SHARES = fc.double({ min: 0, max: 1, noNaN: true });
const SEEDS = fc.nat();
const DELAYS = fc.tuple(fc.nat(3000), fc.nat(3000)).map(([a, b]) => [a, a + b] as const);
const OFFLINE = fc.record({ atMs: fc.nat(200_000), lengthMs: fc.integer({ min: 1, max: 100_000 }) });

function scheduled(batches: Batch[], faults: Partial<Faults>) {
  const counts = newFaultCounts();
  const sent = new SessionFaults({ ...NO_FAULTS, ...faults }, 0, counts).schedule(batches);
  return { sent, counts };
}

/** How often each message is sent, by id. */
const timesSent = (batches: Batch[], sent: Batch[]) =>
  batches.map(({ id }) => sent.filter((other) => other.id === id).length);

Deno.test("SessionFaults without faults changes nothing", () => {
  fc.assert(fc.property(BATCHES, SEEDS, (batches, seed) => {
    assert.deepEqual(scheduled(batches, { seed }).sent, batches);
  }));
});

Deno.test("SessionFaults does the same for the same seed, another for another session", () => {
  const all = { drop: 0.3, duplicate: 0.3, reorder: 0.3, delayMs: [0, 2000] } as const;
  fc.assert(fc.property(BATCHES, SEEDS, (batches, seed) => {
    assert.deepEqual(scheduled(batches, { seed, ...all }), scheduled(batches, { seed, ...all }));
  }));
  const batches = Array.from({ length: 100 }, (_, id) => ({ id, from: id, to: id + 1, atMs: 1000 * id }));
  const of = (session: number) =>
    new SessionFaults({ ...NO_FAULTS, ...all }, session).schedule(batches).map(({ id }) => id);
  assert.notDeepEqual(of(1), of(2));
});

Deno.test("SessionFaults loses the messages that it says and nothing else, whatever else happens", () => {
  const faults = fc.record({
    seed: SEEDS,
    drop: SHARES,
    duplicate: SHARES,
    reorder: SHARES,
    delayMs: DELAYS,
    offline: OFFLINE,
  });
  fc.assert(fc.property(BATCHES, faults, (batches, given) => {
    const { sent, counts } = scheduled(batches, given);
    const times = timesSent(batches, sent);
    assert.equal(counts.messages, batches.length);
    assert.equal(times.filter((n) => n === 0).length, counts.dropped);
    assert.equal(counts.droppedReadings, 10 * counts.dropped);
    assert.equal(times.filter((n) => n === 2).length, counts.duplicated);
    assert.equal(sent.length, batches.length - counts.dropped + counts.duplicated);
    for (const { id, from, to, atMs } of sent) {
      const original = batches[id];
      assert.deepEqual([from, to], [original.from, original.to]);
      assert.ok(atMs >= original.atMs, "nothing is sent before it was made");
    }
    for (let i = 1; i < sent.length; i++) assert.ok(sent[i].atMs >= sent[i - 1].atMs);
  }));
});

Deno.test("SessionFaults drops and repeats about the share that was asked for", () => {
  const batches = Array.from({ length: 5000 }, (_, id) => ({ id, from: id, to: id + 1, atMs: 1000 * id }));
  const { counts } = scheduled(batches, { drop: 0.1, duplicate: 0.2 });
  assert.ok(counts.dropped > 400 && counts.dropped < 600, String(counts.dropped));
  assert.ok(counts.duplicated > 800 && counts.duplicated < 1000, String(counts.duplicated));
  assert.equal(scheduled(batches, { drop: 1 }).sent.length, 0);
  assert.ok(
    timesSent(batches.slice(0, 100), scheduled(batches.slice(0, 100), { duplicate: 1 }).sent)
      .every((n) => n === 2),
  );
});

Deno.test("SessionFaults moves a message at most one place when it reorders", () => {
  fc.assert(fc.property(BATCHES, SEEDS, SHARES, (batches, seed, reorder) => {
    const { sent, counts } = scheduled(batches, { seed, reorder });
    assert.ok(sent.every(({ id }, place) => Math.abs(id - place) <= 1));
    assert.equal(sent.filter(({ id }, place) => id < place).length, counts.reordered);
  }));
  const two = [{ id: 0, from: 0, to: 1, atMs: 5 }, { id: 1, from: 1, to: 2, atMs: 9 }];
  const { sent } = scheduled(two, { reorder: 1 });
  assert.deepEqual(sent.map(({ id, atMs }) => [id, atMs]), [[1, 9], [0, 9]]);
});

Deno.test("SessionFaults delays each message by a time within the bounds", () => {
  fc.assert(fc.property(BATCHES, SEEDS, DELAYS, (batches, seed, delayMs) => {
    const { sent } = scheduled(batches, { seed, delayMs });
    assert.equal(sent.length, batches.length);
    for (const { id, atMs } of sent) {
      const delayedMs = atMs - batches[id].atMs;
      assert.ok(delayedMs >= delayMs[0] && delayedMs <= delayMs[1], `${delayedMs}`);
    }
  }));
});

Deno.test("SessionFaults sends nothing while offline, and all of it afterwards in the order it was made", () => {
  fc.assert(fc.property(BATCHES, SEEDS, OFFLINE, DELAYS, (batches, seed, offline, delayMs) => {
    const backMs = offline.atMs + offline.lengthMs;
    const { sent, counts } = scheduled(batches, { seed, offline, delayMs });
    assert.ok(sent.every(({ atMs }) => atMs < offline.atMs || atMs >= backMs));
    assert.deepEqual(timesSent(batches, sent), batches.map(() => 1));
    const first = sent.findIndex(({ atMs }) => atMs >= backMs);
    const held = counts.held === 0 ? [] : sent.slice(first, first + counts.held).map(({ id }) => id);
    assert.deepEqual(held, held.toSorted((a, b) => a - b));
  }));
});

Deno.test("clockErrorMs() is constant, and another from the leap on", () => {
  const clock = new SessionFaults({
    ...NO_FAULTS,
    clockMs: -180_000,
    clockJump: { atMs: 30_000, byMs: 60_000 },
  });
  assert.deepEqual([0, 29_999, 30_000, 90_000].map((atMs) => clock.clockErrorMs(atMs)), [
    -180_000,
    -180_000,
    -120_000,
    -120_000,
  ]);
  assert.equal(new SessionFaults(NO_FAULTS).clockErrorMs(0), 0);
});
