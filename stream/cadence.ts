/**
 * Step rate from the magnitude of the acceleration.
 *
 * @module
 */

/**
 * Strides searched, per second; a stride is two steps, so 1.2 to 3.3 steps a second. Strolling begins near
 * 1.3 and runners of the recordings stay under 3.2.
 */
const MIN_STRIDE_HZ = 0.6;
const MAX_STRIDE_HZ = 1.65;
/**
 * Distance of the frequencies tried, Hz; the peak is interpolated between them. Half of it changed no result
 * by 0.1 %.
 */
const GRID_HZ = 0.105;
/**
 * Only this much of a longer window is used: nobody keeps a rate longer than that, and the cost stays
 * bounded, ms.
 */
const MAX_SPAN_MS = 10_000;
/**
 * Share of the variance that stride and step must explain together. White noise does in one window of four,
 * walking and running in nearly nine of ten.
 */
const MIN_STRENGTH = 0.3;

/**
 * Finds the step rate of a window by a Hann-weighted Fourier sum at each candidate stride rate *and* its
 * double: a phone in a trouser pocket often shows the stride (one leg) more strongly than the step, and only
 * the pair tells a slow runner's stride (1.3 Hz) from a walker's step. Works on averages over bins, so the
 * phone's sampling rate does not matter.
 *
 * One instance serves every session of a table: fill `values`, call {@link measure}.
 *
 * ```ts
 * import { Cadence } from "./cadence.ts";
 * const cadence = new Cadence(50, 100);
 * for (let i = 0; i < 50; i++) cadence.values[i] = 6 + 2 * Math.cos(2 * Math.PI * 1.9 * i / 10);
 * console.log(cadence.measure()?.toFixed(1)); // 1.9
 * ```
 */
export class Cadence {
  /** Mean magnitude of each bin, oldest first; measure() overwrites it. */
  readonly values: Float64Array;
  readonly #from: number;
  readonly #half: number;
  readonly #rates: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #power: Float64Array;
  readonly #even: Float64Array;
  readonly #odd: Float64Array;

  /**
   * @param bins Bins of a window.
   * @param binMs Length of a bin, ms.
   */
  constructor(bins: number, binMs: number) {
    this.values = new Float64Array(bins);
    const used = Math.min(bins, Math.max(2, Math.floor(MAX_SPAN_MS / binMs)));
    this.#from = bins - used;
    this.#half = Math.ceil(used / 2);
    this.#rates = Math.round((MAX_STRIDE_HZ - MIN_STRIDE_HZ) / GRID_HZ) + 1;
    this.#power = new Float64Array(this.#rates);
    this.#even = new Float64Array(this.#half);
    this.#odd = new Float64Array(this.#half);
    this.#cos = new Float64Array(2 * this.#rates * this.#half);
    this.#sin = new Float64Array(this.#cos.length);
    for (let k = 0, j = 0; k < 2 * this.#rates; k++) {
      const hz = (MIN_STRIDE_HZ + (k >> 1) * GRID_HZ) * (1 + (k & 1));
      for (let i = 0; i < this.#half; i++, j++) {
        // Counted from the middle of the window, where the cosine is even and the sine odd: half the products
        // do.
        const fromMiddle = i - (used - 1) / 2;
        const weight = 1 + Math.cos(2 * Math.PI * fromMiddle / used);
        const phase = 2 * Math.PI * hz * fromMiddle * binMs / 1000;
        this.#cos[j] = weight * Math.cos(phase);
        this.#sin[j] = weight * Math.sin(phase);
      }
    }
  }

  /**
   * @param maxHz Steps per second above which none are expected. A stroller's step (1.5 Hz) and its first
   * harmonic look like a runner's stride and step; only who knows how hard the phone is shaken can rule that
   * out.
   * @returns Steps per second, or null when `values` have no clear rhythm within the range of walking and
   * running.
   */
  measure(maxHz = 2 * MAX_STRIDE_HZ): number | null {
    const rates = Math.min(this.#rates, Math.floor((maxHz / 2 - MIN_STRIDE_HZ) / GRID_HZ + 1e-9) + 1);
    const variance = this.#fold();
    if (variance === 0) return null;
    const power = this.#power,
      cos = this.#cos,
      sin = this.#sin,
      even = this.#even,
      odd = this.#odd,
      half = this.#half;
    for (let k = 0, j = 0; k < rates; k++) {
      let strideRe = 0, strideIm = 0, stepRe = 0, stepIm = 0;
      for (let i = 0; i < half; i++, j++) {
        strideRe += even[i] * cos[j];
        strideIm += odd[i] * sin[j];
        stepRe += even[i] * cos[j + half];
        stepIm += odd[i] * sin[j + half];
      }
      j += half;
      power[k] = strideRe * strideRe + strideIm * strideIm + stepRe * stepRe + stepIm * stepIm;
    }
    let best = 0;
    for (let k = 1; k < rates - 1; k++) {
      // A peak, not the flank of one outside the range.
      if (power[k] > power[k - 1] && power[k] >= power[k + 1] && (best === 0 || power[k] > power[best])) {
        best = k;
      }
    }
    const used = this.values.length - this.#from;
    if (best === 0 || 2 * power[best] < MIN_STRENGTH * used * variance) return null;
    const left = power[best - 1], right = power[best + 1];
    const shift = (left - right) / (2 * (left - 2 * power[best] + right));
    return 2 * (MIN_STRIDE_HZ + (best + shift) * GRID_HZ);
  }

  /** Removes the mean and adds and subtracts mirrored bins. @returns The sum of squares. */
  #fold(): number {
    const x = this.values, from = this.#from, n = x.length, half = this.#half;
    let mean = 0, squares = 0;
    for (let i = from; i < n; i++) mean += x[i];
    mean /= n - from;
    for (let i = from; i < n; i++) {
      x[i] -= mean;
      squares += x[i] * x[i];
    }
    for (let i = 0; i < half; i++) {
      const a = x[from + i], b = x[n - 1 - i];
      this.#even[i] = a + b;
      this.#odd[i] = a - b;
    }
    if ((n - from) % 2 === 1) this.#even[half - 1] /= 2;
    return squares;
  }
}
