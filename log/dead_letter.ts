/**
 * How much of a record that was set aside is told; the same for both engines.
 *
 * @module
 */

/** Enough to recognise a message by. */
export const EXCERPT_BYTES = 500;
/** A reason longer than this has a part of the message in it. */
export const MAX_REASON_CHARS = 1000;

/** The beginning of a value as text; of one that is cut in the middle of a character, without it. */
export function excerptOf(value: Uint8Array): string {
  return new TextDecoder().decode(value.subarray(0, EXCERPT_BYTES), { stream: value.length > EXCERPT_BYTES });
}
