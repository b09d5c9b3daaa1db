/**
 * The checksum of record batches: CRC-32C, eight bytes a step (node:zlib only has the other polynomial).
 *
 * @module
 */

/** Castagnoli's polynomial, bits reversed: RFC 3720, section 12.1. */
const POLYNOMIAL = 0x82f63b78;
/** `TABLES[256 * k + b]`: what byte `b` does to the checksum `k` bytes later. */
const TABLES = new Int32Array(8 * 256);

for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[byte] = crc;
}
for (let at = 256; at < TABLES.length; at++) {
  const before = TABLES[at - 256];
  TABLES[at] = (before >>> 8) ^ TABLES[before & 0xff];
}

/**
 * The checksum, an unsigned integer.
 *
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283); // the check value of the algorithm
 * ```
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  const whole = bytes.length - bytes.length % 8;
  let at = 0;
  for (; at < whole; at += 8) {
    crc ^= bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
    crc = TABLES[1792 + (crc & 0xff)] ^ TABLES[1536 + (crc >>> 8 & 0xff)] ^
      TABLES[1280 + (crc >>> 16 & 0xff)] ^
      TABLES[1024 + (crc >>> 24)] ^ TABLES[768 + bytes[at + 4]] ^ TABLES[512 + bytes[at + 5]] ^
      TABLES[256 + bytes[at + 6]] ^ TABLES[bytes[at + 7]];
  }
  for (; at < bytes.length; at++) crc = TABLES[(crc ^ bytes[at]) & 0xff] ^ crc >>> 8;
  return ~crc >>> 0;
}
