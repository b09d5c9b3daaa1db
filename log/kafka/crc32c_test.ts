import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32c } from "./crc32c.ts";

/** RFC 3720, section B.4. */
const vectors: [string, Uint8Array, number][] = [
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["0 to 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["31 to 0", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
];

for (const [name, bytes, expected] of vectors) {
  Deno.test(`the checksum of ${name} is the standard's`, () => assert.equal(crc32c(bytes), expected));
}

Deno.test("any length, from any place in memory, gives what bit by bit gives", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, start) => {
    let crc = -1;
    for (const byte of bytes.subarray(start)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
    }
    assert.equal(crc32c(bytes.subarray(start)), ~crc >>> 0);
  }));
});
