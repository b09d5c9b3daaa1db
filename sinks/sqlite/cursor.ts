/**
 * Where a page ended.
 *
 * @module
 */

/** The numbers of a cursor. @throws RangeError when it is not one of ours */
export function parseCursor(cursor: string, parts: number): number[] {
  const numbers = cursor.split(".").map(Number);
  if (numbers.length !== parts || !numbers.every(Number.isSafeInteger)) {
    throw new RangeError(`cursor is "${cursor.slice(0, 40)}", expected the nextCursor of the page before`);
  }
  return numbers;
}
