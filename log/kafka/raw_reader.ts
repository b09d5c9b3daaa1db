/**
 * Records of `raw_sensor_data` as batches: ours, and those that other programs write in a client's shape.
 *
 * @module
 */
import type { ReadingBatch } from "../records.ts";
import type { FetchedRecord } from "./fetch_codec.ts";
import { decodeRaw, newScratch } from "../raw_json.ts";
import type { ForeignReader } from "./settings.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const EXAMPLE = '{"messageId":"1","sessionId":"walk-1","deviceId":"phone-1","sensorReadings":[…]}';

export class RawReader {
  readonly #scratch = newScratch();
  readonly #readForeign: ForeignReader;

  constructor(readForeign: ForeignReader) {
    this.#readForeign = readForeign;
  }

  /**
   * @returns valid until the next call; without readings when the message has none
   * @throws Error with why it cannot be read and what was expected
   */
  read({ value, timestampMs, unreadable }: FetchedRecord): ReadingBatch {
    if (unreadable !== undefined) throw new Error(unreadable);
    if (value === null) throw new Error(`the record has no value: expected JSON such as ${EXAMPLE}`);
    const own = decodeRaw(value, this.#scratch);
    return own ?? this.#readForeign(parse(value), timestampMs);
  }
}

function parse(value: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    throw new Error(`the value is not UTF-8: expected JSON such as ${EXAMPLE}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the value is not JSON (${(error as Error).message}): expected e.g. ${EXAMPLE}`);
  }
}
