import assert from "node:assert/strict";
import { RecentIds } from "./recent_ids.ts";

Deno.test("as many ids as a generation holds are always known, and never more than two generations", () => {
  const ids = new RecentIds(10);
  for (let i = 0; i < 100; i++) {
    ids.add(`${i}`);
    const known = Array.from({ length: i + 1 }, (_, id) => ids.has(`${id}`));
    assert.ok(known.slice(-10).every((has) => has));
    assert.ok(known.filter((has) => has).length <= 20);
  }
});
