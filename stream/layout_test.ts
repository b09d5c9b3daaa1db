import assert from "node:assert/strict";
import fc from "fast-check";
import { FILTER, Layout, PREFIX } from "./layout.ts";
import { DEFAULT_WINDOW } from "./settings.ts";

Deno.test("the default geometry keeps a session in 672 bytes, a closed one in 80", () => {
  assert.equal(new Layout(DEFAULT_WINDOW).bytes, 672);
  assert.equal(PREFIX.bytes, 80);
});

Deno.test("fields are aligned and do not overlap, whatever the geometry", () => {
  assert.ok(PREFIX.streakU8 < PREFIX.bytes && FILTER.limitF32 + 4 <= FILTER.end);
  const { frontierMsF64, maxMsF64, nextNumberF64, runFromF64 } = PREFIX;
  for (const at of [frontierMsF64, maxMsF64, nextNumberF64, runFromF64, FILTER.lastMsF64]) {
    assert.equal(at % 8, 0);
  }
  const settings = fc.record({
    panes: fc.integer({ min: 1, max: 20 }),
    slideMs: fc.integer({ min: 100, max: 10_000 }),
    latenessMs: fc.nat({ max: 60_000 }),
  });
  fc.assert(
    fc.property(settings, ({ panes, slideMs, latenessMs }) => {
      const layout = new Layout({ windowMs: panes * slideMs, slideMs, latenessMs, sessionIdleMs: 30_000 });
      assert.equal(layout.bytes % 8, 0);
      assert.deepEqual([layout.firstPane % 4, layout.paneBytes % 4, layout.occupied % 4], [0, 0, 0]);
      assert.ok(layout.counts + layout.bins <= layout.paneBytes);
      const places = Array.from({ length: layout.panes }, (_, i) => layout.paneAt(i - 3));
      assert.equal(new Set(places).size, layout.panes);
      assert.ok(Math.max(...places) + layout.paneBytes <= layout.bytes);
      assert.equal(layout.paneAt(layout.panes), layout.paneAt(0));
    }),
    { seed: 1 },
  );
});
