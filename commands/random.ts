/**
 * A small seeded generator (mulberry32): the same numbers in every run, for what must be mixed but repeatable.
 *
 * @param seed any 32-bit integer
 * @returns a function that gives the next number, 0 to 2³² - 1
 */
export function seededU32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}
