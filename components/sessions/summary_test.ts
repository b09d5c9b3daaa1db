import assert from "node:assert/strict";
import { describe } from "./summary.ts";

const FROM_MS = Date.UTC(2026, 10, 28, 13);
const VIEW = { from: FROM_MS, to: FROM_MS + 90_000 };
const TOTALS = { stationary: 0, walking: 30_000, running: 20_000, unknown: 0 };

const plain = (text: string) => text.replaceAll("\u00a0", " ");

Deno.test("what is in view is told in time, activities, magnitude and gaps", () => {
  const magnitude = { meanMs2: 5.25, minMs2: 0.1, maxMs2: 14 };
  const summary = { totals: TOTALS, gaps: 2, gapMs: 40_000, magnitude };
  assert.equal(
    plain(describe(summary, VIEW, "Europe/Berlin")),
    "14:00:00 to 14:01:30, 1 min 30 s: walking 30 s, running 20 s. Magnitude 5.3 m/s² on average, 0.1 to 14.0 m/s². " +
      "2 gaps, 40 s without results.",
  );
});

Deno.test("where there is nothing, that is said", () => {
  const nothing = "14:00:00 to 14:01:30, 1 min 30 s: no results.";
  assert.equal(plain(describe(null, VIEW, "Europe/Berlin")), nothing);
  const empty = { totals: TOTALS, gaps: 1, gapMs: 90_000, magnitude: null };
  assert.equal(plain(describe(empty, VIEW, "Europe/Berlin")), nothing);
});
