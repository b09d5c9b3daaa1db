import type { Log } from "../log/port.ts";

/**
 * Where accepted batches go. `append` takes the batch's columns before it returns (they are scratch space), resolves once the
 * batch is durable, and rejects with `Unavailable` when nothing was stored and the phone should try again.
 */
export type BatchSink = Pick<Log, "append">;
