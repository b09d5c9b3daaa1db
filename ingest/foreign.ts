/**
 * Records that other programs write to `raw_sensor_data`, in any shape that phones may post.
 *
 * @module
 */
import type { ForeignReader } from "../log/kafka/settings.ts";
import { MessageReader } from "./message.ts";
import type { IngestSettings } from "./settings.ts";

/**
 * Makes a reader with scratch columns of its own.
 *
 * @param settings the bounds that also hold for what phones post
 * @returns what reads a record's value, as `JSON.parse` returned it; judged by the time it was written, it is read the same
 *   however often it is processed
 */
export function newForeignReader(settings: IngestSettings): ForeignReader {
  const messages = new MessageReader(settings);
  return (message, receivedAtMs) => {
    const { accepted, rejected, errors } = messages.read(message, receivedAtMs);
    if (accepted === 0 && rejected > 0) throw new Error(errors[0].detail);
    return messages.batch;
  };
}
