import assert from "node:assert/strict";
import fc from "fast-check";
import { FIRST_RANGE, firstInWindow, piecesOf, rangeAt, ROW_PX } from "./virtual.ts";

Deno.test("rangeAt() covers the window and some rows around it, wherever the table is", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -5000, max: 50_000 }),
      fc.integer({ min: 300, max: 2000 }),
      (top, height) => {
        const { begin, end } = rangeAt(top, height);
        assert(begin >= 0 && end >= begin);
        assert(begin * ROW_PX <= Math.max(0, top) && end * ROW_PX >= top + height);
        assert(end - begin < height / ROW_PX + 40, "no more than what is near");
      },
    ),
  );
});

Deno.test("firstInWindow() is a row at the window's upper edge", () => {
  assert.equal(firstInWindow(FIRST_RANGE), 0);
  for (let top = 20 * ROW_PX; top < 40_000; top += 777) {
    const row = firstInWindow(rangeAt(top, 800));
    assert(row * ROW_PX > top - 2 * ROW_PX && row * ROW_PX < top + 7 * ROW_PX, `${row} at ${top}`);
  }
});

Deno.test("piecesOf() gives every row once or as part of a gap, in order", () => {
  const range = fc.record({ begin: fc.nat(120), length: fc.nat(60) });
  fc.assert(
    fc.property(fc.nat(100), range, fc.integer({ min: -1, max: 120 }), (count, { begin, length }, kept) => {
      const pieces = piecesOf(count, { begin, end: begin + length }, kept);
      let next = 0;
      for (const piece of pieces) {
        if ("row" in piece) assert.equal(piece.row, next++);
        else next += piece.gap;
      }
      assert.equal(next, count);
      const rows = pieces.flatMap((piece) => "row" in piece ? [piece.row] : []);
      if (kept >= 0 && kept < count) assert(rows.includes(kept), "the focus stays");
      assert(rows.length <= length + 1);
    }),
  );
});

Deno.test("the server's rows are whole when there are fewer", () => {
  assert.deepEqual(piecesOf(2, FIRST_RANGE, -1), [{ row: 0 }, { row: 1 }]);
  assert.deepEqual(piecesOf(1000, FIRST_RANGE, -1).at(-1), { gap: 970 });
});
