/**
 * How much of a record that was set aside is told, and how it is discarded; the same for both engines.
 *
 * @module
 */

import type { LetterPlace } from "./port.ts";
import type { ControlEvent } from "./records.ts";

/** Enough to recognise a message by. */
export const EXCERPT_BYTES = 500;
/** A reason longer than this has a part of the message in it. */
export const MAX_REASON_CHARS = 1000;

/** What an admin's decision on a dead letter is noted under. */
export const letterEntity = ({ topic, partition, offset }: LetterPlace): string =>
  `deadLetter:${topic}:${partition}:${offset}`;

/** The event that takes a dead letter away. */
export function discardEvent(place: LetterPlace, version: number, by: string, atMs: number): ControlEvent {
  const { topic, partition, offset } = place;
  const data = { topic, partition, offset };
  return { entity: letterEntity(place), version, type: "deadLetter.discarded", atMs, by, data };
}

/** The beginning of a value as text; of one that is cut in the middle of a character, without it. */
export function excerptOf(value: Uint8Array): string {
  return new TextDecoder().decode(value.subarray(0, EXCERPT_BYTES), { stream: value.length > EXCERPT_BYTES });
}
