/**
 * Most phones count their messages: their ids are numbers.
 *
 * @module
 */

/** Longer numbers are random ids, and not exact as f64. */
const MAX_DIGITS = 15;

/**
 * The number in a message's id.
 *
 * @returns null when the id is not a number
 */
export function numberOf(messageId: string): number | null {
  const { length } = messageId;
  if (length === 0 || length > MAX_DIGITS) return null;
  let number = 0;
  for (let i = 0; i < length; i++) {
    const digit = messageId.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    number = 10 * number + digit;
  }
  return number;
}
