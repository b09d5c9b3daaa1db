/**
 * A partition task for tests whose outputs are a function of its states, so that a record lost, repeated or out of order
 * anywhere shows in the outputs.
 *
 * @module
 */
import type { PartitionTask, StateChange, TaskContext, TaskOutcome } from "../port.ts";
import type { ActivityRecord, ReadingBatch } from "../records.ts";
import { windowRecord } from "./windows.ts";

/** A batch whose message id begins with this closes its session: its state is not live any more. */
export const CLOSING = "close-";

/** The nth batch of a session gives a window that ends at n seconds, with the batch's readings. */
export class CountingTask implements PartitionTask {
  /** Keys handed over as live when the task started. */
  readonly restored: string[] = [];
  /** Offsets in the order they came. */
  readonly offsets: number[] = [];
  readonly #context: TaskContext;
  readonly #live = new Map<string, Counted>();
  /** Live sessions changed since the last snapshot. */
  #changed = new Set<string>();
  /** Sessions closed since the last `take`: the engine does not know them yet. */
  #closed = new Map<string, Counted>();
  #outputs: ActivityRecord[] = [];

  constructor(context: TaskContext) {
    this.#context = context;
    for (const { key, value } of context.liveStates()) {
      this.restored.push(key);
      this.#live.set(key, decodeState(value));
    }
  }

  process(key: string, batch: ReadingBatch, offset: number): void {
    this.offsets.push(offset);
    const before = this.#live.get(key) ?? this.#closed.get(key) ?? this.#stored(key);
    if (offset <= before.offset) return;
    const state = { count: before.count + 1, offset };
    if (!batch.messageId.startsWith(CLOSING)) {
      this.#live.set(key, state);
      this.#changed.add(key);
    } else {
      this.#live.delete(key);
      this.#closed.set(key, state);
    }
    this.#outputs.push(countedWindow(batch.deviceId, batch.sessionId, state.count, batch.count));
  }

  tick(): void {}

  take(snapshot: boolean): TaskOutcome {
    const states: StateChange[] = [];
    for (const [key, state] of this.#closed) states.push({ key, value: encodeState(state), live: false });
    if (snapshot) {
      for (const key of this.#changed) {
        const state = this.#live.get(key);
        if (state) states.push({ key, value: encodeState(state), live: true });
      }
      this.#changed = new Set();
    }
    const outputs = this.#outputs;
    this.#outputs = [];
    this.#closed = new Map();
    return { outputs, states };
  }

  close(): void {}

  #stored(key: string): Counted {
    const state = this.#context.state(key);
    return state ? decodeState(state) : { count: 0, offset: -1 };
  }
}

/** How many batches of a session there were, and the offset of the last. */
interface Counted {
  count: number;
  offset: number;
}

/** What `CountingTask` gives for the nth batch of a session. */
export function countedWindow(
  deviceId: string,
  sessionId: string,
  nth: number,
  readings = 1,
): ActivityRecord {
  return windowRecord({ deviceId, sessionId }, nth * 1000, { magnitude: 1.25, readings });
}

/** A live state, as a store of states keeps it. */
export const liveState = (key: string, count: number): StateChange => ({
  key,
  value: encodeState({ count, offset: count }),
  live: true,
});

const encodeState = ({ count, offset }: Counted): Uint8Array =>
  new Uint8Array(Float64Array.of(count, offset).buffer);

export function decodeState(bytes: Uint8Array): Counted {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { count: view.getFloat64(0, true), offset: view.getFloat64(8, true) };
}
