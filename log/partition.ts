/**
 * Which partition a key belongs to: the same choice as Kafka's own clients (murmur2 of the UTF-8 key), so that records keep
 * their partition when a project moves from the embedded engine to Kafka.
 *
 * @module
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const encoder = new TextEncoder();

/**
 * MurmurHash2, 32 bits, as in Kafka's `org.apache.kafka.common.utils.Utils.murmur2`.
 *
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(murmur2(new TextEncoder().encode("foobar")), -790332482); // vector from Kafka's UtilsTest
 * ```
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  let h = SEED ^ length;
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    let k = data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (data[i + 3] << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length - whole;
  if (rest === 3) h ^= data[whole + 2] << 16;
  if (rest >= 2) h ^= data[whole + 1] << 8;
  if (rest >= 1) h = Math.imul(h ^ data[whole], M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

/** The partition, 0 to `partitions - 1`, of a record key. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(encoder.encode(key)) & 0x7fffffff) % partitions;
}
