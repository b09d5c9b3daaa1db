/**
 * Records of the dead-letter topic as an admin sees them.
 *
 * @module
 */
import type { DeadLetter } from "../port.ts";
import type { FetchedRecord } from "./fetch_codec.ts";

/** Enough to recognise a message by. */
const EXCERPT_BYTES = 500;

const utf8 = new TextDecoder();

/** Reads one; of those that someone else put there, what they have. */
export function deadLetterOf({ offset, timestampMs, key, value, headers }: FetchedRecord): DeadLetter {
  const header = new Map(headers.map(([name, text]) => [name, utf8.decode(text ?? undefined)]));
  return {
    reason: header.get("reason") ?? "no reason given",
    topic: header.get("topic") ?? "",
    partition: Number(header.get("partition") ?? 0),
    offset: Number(header.get("offset") ?? offset),
    atMs: timestampMs,
    key: key && utf8.decode(key),
    bytes: Number(header.get("bytes") ?? value?.length ?? 0),
    excerpt: utf8.decode(value?.subarray(0, EXCERPT_BYTES)),
  };
}
