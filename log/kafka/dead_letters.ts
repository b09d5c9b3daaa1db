/**
 * Records of the dead-letter topic: what they are made of, as an admin sees them, and how many there are.
 *
 * @module
 */
import { excerptOf, MAX_REASON_CHARS } from "../dead_letter.ts";
import type { DeadLetter, Extent, LetterPlace, WholeLetter } from "../port.ts";
import type { FetchedRecord } from "./fetch_codec.ts";
import type { TopicReader } from "./reader.ts";

/** Headers of a dead letter, bytes: the reason, and the origin. */
export const DEAD_LETTER_EXTRA_BYTES = 8192;

/** Has the letter of a record that a sink's target refused. */
export const REFUSED_HEADER = "refused";

const utf8 = new TextDecoder();

/** Where a record stood that is set aside, and why it is. */
export interface Origin {
  /** Full name. */
  topic: string;
  partition: number;
  offset: number;
  reason: string;
}

/**
 * What the dead letter of a record holds: the record's own value, cut when the topic does not take it whole.
 *
 * @param maxBytes `max.message.bytes` of the dead-letter topic
 */
export function deadLetterParts(
  { topic, partition, offset, reason }: Origin,
  value: Uint8Array,
  maxBytes: number,
): { value: Uint8Array; headers: Record<string, string> } {
  const most = maxBytes - DEAD_LETTER_EXTRA_BYTES;
  const headers: Record<string, string> = {
    reason: reason.slice(0, MAX_REASON_CHARS),
    topic,
    partition: String(partition),
    offset: String(offset),
  };
  if (value.length > most) headers.bytes = String(value.length);
  return { value: value.subarray(0, most), headers };
}

/** Reads one; of those that someone else put there, what they have. */
export function deadLetterOf({ offset, timestampMs, key, value, headers }: FetchedRecord): DeadLetter {
  const header = headersOf(headers);
  return {
    ...placeIn(header, offset),
    reason: header.get("reason") ?? "no reason given",
    isRefused: header.has(REFUSED_HEADER),
    atMs: timestampMs,
    key: key && utf8.decode(key),
    bytes: Number(header.get("bytes") ?? value?.length ?? 0),
    excerpt: value === null ? "" : excerptOf(value),
  };
}

/** Reads one with its value. */
export function wholeLetterOf(record: FetchedRecord): WholeLetter {
  const letter = deadLetterOf(record);
  const value = record.value?.slice() ?? new Uint8Array();
  return { ...letter, value, isWhole: value.length === letter.bytes };
}

/** Where the record of one stood. */
export const placeOf = ({ offset, headers }: Pick<FetchedRecord, "offset" | "headers">): LetterPlace =>
  placeIn(headersOf(headers), offset);

const headersOf = (headers: FetchedRecord["headers"]) =>
  new Map(headers.map(([name, text]) => [name, utf8.decode(text ?? undefined)]));

const placeIn = (header: Map<string, string>, offset: number): LetterPlace => ({
  topic: header.get("topic") ?? "",
  partition: Number(header.get("partition") ?? 0),
  offset: Number(header.get("offset") ?? offset),
});

/** Of so many offsets of a partition the records are counted; of older ones, the offsets. */
const COUNTED_OFFSETS = 2000;

/**
 * Counts dead letters. Offsets alone do not tell their number: the end of each transaction takes one too, so that a letter
 * which came alone would count as two. Discarded ones are still in the topic.
 */
export class DeadLetterCount {
  readonly #reader: Pick<TopicReader, "readAll">;
  readonly #isDiscarded: (place: LetterPlace) => boolean;
  /** Per partition: where counting began, the records from there on, and where to go on. */
  readonly #counted = new Map<
    number,
    { from: number; letters: { offset: number; place: LetterPlace }[]; next: number }
  >();

  constructor(reader: Pick<TopicReader, "readAll">, isDiscarded: (place: LetterPlace) => boolean) {
    this.#reader = reader;
    this.#isDiscarded = isDiscarded;
  }

  /**
   * Reads what is new.
   *
   * @param extents of the topic now
   */
  async update(extents: readonly Extent[]): Promise<number> {
    let sum = 0;
    for (const [partition, extent] of extents.entries()) sum += await this.#count(partition, extent);
    return sum;
  }

  async #count(partition: number, { begin, end }: Extent): Promise<number> {
    let counted = this.#counted.get(partition);
    if (counted === undefined || counted.next > end || counted.next < begin) {
      const from = Math.max(begin, end - COUNTED_OFFSETS);
      counted = { from, letters: [], next: from };
      this.#counted.set(partition, counted);
    }
    const { letters } = counted;
    if (counted.next < end) {
      for await (const records of this.#reader.readAll(partition, counted.next)) {
        for (const record of records) letters.push({ offset: record.offset, place: placeOf(record) });
        counted.next = letters.at(-1)!.offset + 1;
      }
      counted.next = Math.max(counted.next, end);
    }
    const kept = letters.findIndex(({ offset }) => offset >= begin);
    letters.splice(0, kept === -1 ? letters.length : kept);
    const open = letters.filter(({ place }) => !this.#isDiscarded(place)).length;
    return Math.max(0, counted.from - begin) + open;
  }
}
