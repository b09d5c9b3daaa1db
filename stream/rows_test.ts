import assert from "node:assert/strict";
import { Rows } from "./rows.ts";

Deno.test("open() gives rows of zeros, also when one is used again", () => {
  const rows = new Rows(16);
  const row = rows.open();
  rows.u8.fill(7, 16 * row, 16 * row + 16);
  rows.release(row);
  assert.equal(rows.open(), row);
  assert.deepEqual(rows.u8.slice(16 * row, 16 * row + 16), new Uint8Array(16));
});

Deno.test("open() keeps the other rows when the block grows, and every view shows the same bytes", () => {
  const rows = new Rows(8);
  for (let n = 0; n < 1000; n++) {
    const row = rows.open();
    rows.f64[row] = n;
  }
  for (let row = 0; row < 1000; row++) assert.equal(rows.f64[row], row);
  assert.equal(rows.u32.buffer, rows.u8.buffer);
  assert.equal(rows.f32.buffer, rows.f64.buffer);
  assert.equal(rows.size, 1000);
});

Deno.test("release() refuses a row twice or one never opened", () => {
  const rows = new Rows(8);
  rows.release(rows.open());
  assert.throws(() => rows.release(0), /slot 0 is not open/);
  assert.throws(() => rows.release(1), /slot 1 is not open/);
  assert.equal(rows.size, 0);
});
