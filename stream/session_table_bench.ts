/**
 * What a phone's batch costs: 50 readings and the window they close, for many sessions in turn so that states
 * do not stay in cache.
 *
 * @module
 */
import { newTable, sampled } from "./testing/signals.ts";

const SESSIONS = 10_000;
const READINGS = 50;

for (const [name, amplitudeMs2] of [["still", 0.1], ["walking", 7], ["running", 16]] as const) {
  const table = newTable();
  const slots = Array.from({ length: SESSIONS }, () => table.open());
  const { tMs, xyz } = sampled(1, 20, (tS) => [
    amplitudeMs2 * Math.sin(2 * Math.PI * 2 * tS),
    amplitudeMs2 / 3 * Math.sin(2 * Math.PI * 3 * tS),
    9.81,
  ]);
  let windows = 0, next = 0;
  const count = () => windows++;
  const feed = () => {
    table.feed(slots[next], tMs, xyz, READINGS, "unknown", count);
    if (++next < SESSIONS) return;
    next = 0;
    for (let i = 0; i < READINGS; i++) tMs[i] += 1000;
  };
  // Past the lateness and the first full window every batch closes one window.
  for (let i = 0; i < 8 * SESSIONS; i++) feed();
  Deno.bench(`feed() 50 readings of a ${name} phone`, feed);
}
