/**
 * Acknowledgements in the order the messages came, as MQTT asks for (3.1.1, 4.6), though they are stored side by side.
 *
 * @module
 */

/** Messages taken in and not yet settled. Mosquitto sends 20 ahead, EMQX 32; messages of QoS 0 have no such bound. */
export const MAX_UNSETTLED = 256;
/** Their bytes: what they hold together with their parsed form, about ten times as much, has to fit into memory. */
export const MAX_UNSETTLED_BYTES = 16 * 2 ** 20;

interface Waiting {
  bytes: number;
  isSettled: boolean;
  acknowledge: () => void;
}

/** See the module's text. */
export class Acknowledgements {
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #resume: (() => void) | null = null;

  /** Messages that are not settled, or whose turn has not come. */
  get count(): number {
    return this.#waiting.length;
  }

  /**
   * A message came.
   *
   * @param bytes its size
   * @param acknowledge called once it is settled and all before it are
   * @returns to be called when it is settled
   */
  add(bytes: number, acknowledge: () => void): () => void {
    const waiting = { bytes, isSettled: false, acknowledge };
    this.#waiting.push(waiting);
    this.#bytes += bytes;
    return () => {
      waiting.isSettled = true;
      while (this.#waiting[0]?.isSettled) {
        const first = this.#waiting.shift()!;
        this.#bytes -= first.bytes;
        first.acknowledge();
      }
      if (this.#hasRoom()) this.#takeResume()?.();
    };
  }

  /** Calls back when one more may be taken in: at once, or when there is room again. */
  whenRoom(resume: () => void): void {
    if (this.#hasRoom()) resume();
    else this.#resume = resume;
  }

  #hasRoom = () => this.#waiting.length < MAX_UNSETTLED && this.#bytes < MAX_UNSETTLED_BYTES;

  #takeResume(): (() => void) | null {
    const resume = this.#resume;
    this.#resume = null;
    return resume;
  }
}
