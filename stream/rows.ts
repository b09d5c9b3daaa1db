/**
 * Fixed-length rows of bytes, one for each open session, in one growing block.
 *
 * @module
 */

/** Rows allocated at first; doubled whenever they run out. */
const FIRST_CAPACITY = 64;

/**
 * Hands out rows and takes them back. The views change when open() grows the block: read them again after it.
 */
export class Rows {
  f64 = new Float64Array();
  f32 = new Float32Array();
  u32 = new Uint32Array();
  u8 = new Uint8Array();
  readonly #bytes: number;
  #capacity = 0;
  #used = 0;
  readonly #free: number[] = [];
  readonly #isFree: boolean[] = [];

  /** @param bytes Length of a row, a multiple of 8. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Rows handed out. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  /** @returns The number of a row, all zero. */
  open(): number {
    const row = this.#free.pop() ?? this.#used++;
    if (row === this.#capacity) this.#grow();
    this.#isFree[row] = false;
    this.u8.fill(0, row * this.#bytes, (row + 1) * this.#bytes);
    return row;
  }

  /**
   * Takes a row back.
   *
   * @throws {RangeError} When it is not handed out: releasing twice would give one row to two sessions.
   */
  release(row: number): void {
    if (this.#isFree[row] !== false) {
      throw new RangeError(`slot ${row} is not open; release each slot of open() once`);
    }
    this.#isFree[row] = true;
    this.#free.push(row);
  }

  #grow(): void {
    this.#capacity = Math.max(FIRST_CAPACITY, 2 * this.#capacity);
    const u8 = new Uint8Array(this.#capacity * this.#bytes);
    u8.set(this.u8);
    this.u8 = u8;
    this.u32 = new Uint32Array(u8.buffer);
    this.f32 = new Float32Array(u8.buffer);
    this.f64 = new Float64Array(u8.buffer);
  }
}
