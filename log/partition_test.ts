import assert from "node:assert/strict";
import fc from "fast-check";
import { murmur2, partitionOf } from "./partition.ts";

/** From Kafka's UtilsTest.testMurmur2. */
const VECTORS: Record<string, number> = {
  "21": -973932308,
  "foobar": -790332482,
  "a-little-bit-long-string": -985981536,
  "a-little-bit-longer-string": -1486304829,
  "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
  "abc": 479470107,
};

for (const [text, hash] of Object.entries(VECTORS)) {
  Deno.test(`murmur2() of "${text}" is Kafka's`, () => {
    assert.equal(murmur2(new TextEncoder().encode(text)), hash);
  });
}

Deno.test("partitionOf() is the hash without its sign, modulo the partitions", () => {
  assert.equal(partitionOf("foobar", 7), (-790332482 & 0x7fffffff) % 7);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 256 }), (key, partitions) => {
      const partition = partitionOf(key, partitions);
      assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions);
    }),
  );
});
