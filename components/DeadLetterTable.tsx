import { formatBytes } from "../islands/live/format.ts";
import type { DeadLetter, LetterPlace } from "../web/services.ts";
import { Time } from "./Time.tsx";

/** Where one letter is looked at. */
export const letterPath = ({ topic, partition, offset }: LetterPlace): string =>
  `/dead-letters/${encodeURIComponent(topic)}/${partition}/${offset}`;

/**
 * Records that were set aside. On a narrow window each is a card, for which the stylesheet takes rows and cells apart: the
 * roles say what they are all the same.
 */
export function DeadLetterTable({ letters, caption }: { letters: DeadLetter[]; caption: string }) {
  return (
    <table class="letters" role="table">
      <caption class="sr-only">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader" class="when">set aside</th>
          <th scope="col" role="columnheader" class="origin">from</th>
          <th scope="col" role="columnheader" class="key">key</th>
          <th scope="col" role="columnheader" class="size">size</th>
          <th scope="col" role="columnheader">beginning of the value</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {letters.map((letter) => <Row key={letterPath(letter)} letter={letter} />)}
      </tbody>
    </table>
  );
}

function Row({ letter }: { letter: DeadLetter }) {
  const { topic, partition, offset, atMs, key, bytes, excerpt } = letter;
  return (
    <tr role="row">
      <td role="cell" data-label="set aside">
        <Time ms={atMs} />
      </td>
      <td role="cell" data-label="from">
        <a href={letterPath(letter)}>
          {topic}
          <small>{`partition ${partition}, offset ${offset}`}</small>
        </a>
      </td>
      <td role="cell" data-label="key">{key === null ? "none" : escapeControls(key)}</td>
      <td role="cell" data-label="size" class="size">{formatBytes(bytes)}</td>
      <td role="cell" data-label="beginning of the value">
        {excerpt === "" ? "empty" : <code>{escapeControls(excerpt)}</code>}
      </td>
    </tr>
  );
}

/**
 * Shows characters that have no shape, or that turn the direction of those after them, as "\u{0}": the value may be anything.
 *
 * @param text what a stranger wrote
 */
export function escapeControls(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
