import assert from "node:assert/strict";
import { fit, follow, grab, move, moveSelection, snap, spanOf, zoom } from "./span.ts";

const BOUNDS = { from: 1_000_000, to: 1_600_000 };

Deno.test("a view stays within the session and is never too short", () => {
  assert.deepEqual(fit({ from: 0, to: 100_000 }, BOUNDS), { from: 1_000_000, to: 1_100_000 });
  assert.deepEqual(fit({ from: 1_599_000, to: 1_600_000 }, BOUNDS), { from: 1_590_000, to: 1_600_000 });
  assert.deepEqual(fit({ from: 0, to: 9e9 }, BOUNDS), BOUNDS);
  const short = { from: 1_000_000, to: 1_003_000 };
  assert.deepEqual(fit(short, short), short);
});

Deno.test("zooming leaves the time under the pointer where it is", () => {
  const span = zoom(BOUNDS, BOUNDS, 0.5, 1_150_000);
  assert.deepEqual(span, { from: 1_075_000, to: 1_375_000 });
  assert.equal((1_150_000 - span.from) / 300_000, 0.25);
  assert.deepEqual(zoom(span, BOUNDS, 4, 1_150_000), BOUNDS);
  assert.deepEqual(zoom(BOUNDS, BOUNDS, 1e-9, 1_000_000), { from: 1_000_000, to: 1_010_000 });
});

Deno.test("moving ends at the session's ends", () => {
  const span = { from: 1_100_000, to: 1_200_000 };
  assert.deepEqual(move(span, BOUNDS, 50_000), { from: 1_150_000, to: 1_250_000 });
  assert.deepEqual(move(span, BOUNDS, -1e6), { from: 1_000_000, to: 1_100_000 });
});

Deno.test("a session that grows is followed by whoever looks at its end", () => {
  const grown = { from: 1_000_000, to: 1_610_000 };
  assert.deepEqual(follow(BOUNDS, BOUNDS, grown), grown);
  assert.deepEqual(follow({ from: 1_500_000, to: 1_600_000 }, BOUNDS, grown), {
    from: 1_510_000,
    to: 1_610_000,
  });
  const past = { from: 1_100_000, to: 1_200_000 };
  assert.deepEqual(follow(past, BOUNDS, grown), past);
});

Deno.test("the pointer moves the end of the selection that it takes", () => {
  const selection = { anchorMs: 1_200_000, headMs: 1_300_000 };
  assert.deepEqual(grab(selection, 1_202_000, 5000), { anchorMs: 1_300_000, headMs: 1_200_000 });
  assert.deepEqual(grab(selection, 1_298_000, 5000), selection);
  assert.deepEqual(grab(selection, 1_250_000, 5000), { anchorMs: 1_250_000, headMs: 1_250_000 });
  assert.deepEqual(grab(null, 1_250_000, 5000), { anchorMs: 1_250_000, headMs: 1_250_000 });
});

Deno.test("keys move the caret, and with shift one end of the selection", () => {
  const press = (keys: [string, boolean][]) =>
    keys.reduce<ReturnType<typeof moveSelection>>(
      (selection, [key, isGrowing]) => moveSelection(selection, key, isGrowing, BOUNDS, BOUNDS),
      null,
    );
  assert.deepEqual(press([["ArrowRight", false]]), { anchorMs: 1_306_000, headMs: 1_306_000 });
  assert.deepEqual(spanOf(press([["ArrowRight", true], ["ArrowRight", true]])!), {
    from: 1_300_000,
    to: 1_312_000,
  });
  assert.deepEqual(spanOf(press([["ArrowLeft", true]])!), { from: 1_294_000, to: 1_300_000 });
  assert.deepEqual(press([["Home", false], ["PageUp", true]]), { anchorMs: 1_000_000, headMs: 1_060_000 });
  assert.deepEqual(press([["End", true]]), { anchorMs: 1_300_000, headMs: 1_600_000 });
  assert.equal(moveSelection(null, "x", false, BOUNDS, BOUNDS), null);
});

Deno.test("selections begin and end at full seconds, or at the session's ends", () => {
  assert.equal(snap(1_234_567, BOUNDS), 1_235_000);
  assert.equal(snap(0, { from: 400, to: 9000 }), 400);
});
