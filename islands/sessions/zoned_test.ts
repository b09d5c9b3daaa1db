import assert from "node:assert/strict";
import { dayStartMs, fromLocalText, ticksOf, toLocalText } from "./zoned.ts";

const BERLIN = "Europe/Berlin";

Deno.test("a day begins at its own midnight, also where the clocks change on it", () => {
  assert.equal(dayStartMs("2026-11-28", BERLIN), Date.UTC(2026, 10, 27, 23));
  // Summer time ends on 25 October at three o'clock.
  assert.equal(dayStartMs("2026-10-25", BERLIN), Date.UTC(2026, 9, 24, 22));
  assert.equal(dayStartMs("2026-10-25", BERLIN, 1), Date.UTC(2026, 9, 25, 23));
  assert.equal(dayStartMs("2026-12-31", "UTC", 1), Date.UTC(2027, 0, 1));
  assert.equal(dayStartMs("2026-11-28", "Asia/Kolkata"), Date.UTC(2026, 10, 27, 18, 30));
});

Deno.test("ticks are at round times of the zone's clock", () => {
  const from = Date.UTC(2026, 10, 28, 13, 2, 10), span = (ms: number) => ({ from, to: from + ms });
  const texts = (ms: number, zone: string) => ticksOf(span(ms), zone).map(({ text }) => text);
  assert.deepEqual(texts(20_000, BERLIN), ["14:02:10", "14:02:15", "14:02:20", "14:02:25", "14:02:30"]);
  assert.deepEqual(texts(25 * 60_000, BERLIN), ["14:05", "14:10", "14:15", "14:20", "14:25"]);
  assert.deepEqual(texts(10 * 3_600_000, "Asia/Kolkata"), ["20:00", "22:00", "00:00", "02:00", "04:00"]);
  assert.deepEqual(texts(3 * 86_400_000, "UTC"), ["29/11", "30/11", "1/12"]);
});

Deno.test("a form's time is the zone's", () => {
  const ms = Date.UTC(2026, 10, 28, 13, 2, 10);
  assert.equal(toLocalText(ms, BERLIN), "2026-11-28T14:02:10");
  assert.equal(fromLocalText("2026-11-28T14:02:10", BERLIN), ms);
  assert.equal(fromLocalText("2026-11-28T14:02", BERLIN), ms - 10_000);
  assert.ok(Number.isNaN(fromLocalText("soon", BERLIN)));
});
