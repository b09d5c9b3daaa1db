/**
 * The messages stored last, so that one sent again is stored once. Two generations: when the newer one is full, the older is
 * forgotten, so that at least `perGeneration` are known.
 *
 * @module
 */

/** About 15 MB of ids; half a minute of 5,000 phones, and a client that sends again does so within seconds. */
const PER_GENERATION = 150_000;

export class RecentIds {
  #newer = new Set<string>();
  #older = new Set<string>();

  constructor(readonly perGeneration: number = PER_GENERATION) {}

  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id);
  }

  add(id: string): void {
    if (this.#newer.size >= this.perGeneration) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(id);
  }
}
