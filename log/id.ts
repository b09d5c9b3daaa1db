/** The longest id, in UTF-16 units; UUIDs have 36. Ids are keys in every table, so longer ones would cost everywhere. */
export const MAX_ID_LENGTH = 128;

const PRINTABLE = /^(?!\s)[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+(?<!\s)$/u;

/** Whether a text can be an id: 1 to 128 printable characters, no space at either end. */
export function isId(text: string): boolean {
  return text.length <= MAX_ID_LENGTH && PRINTABLE.test(text);
}
