/**
 * Island props between server and browser: everything devalue knows (dates, maps, shared references), and signals.
 *
 * @module
 */
import { Signal, signal } from "@preact/signals";
import { parse, stringify } from "devalue";

/** One island of a page. */
export interface IslandProps {
  name: string;
  props: Record<string, unknown>;
}

/**
 * Text that is safe inside a script element. A signal given to two islands is one signal again in the browser.
 *
 * @throws If a prop is a function, an element or another thing that cannot travel
 */
export function encodeProps(islands: IslandProps[]): string {
  return stringify(islands, { Signal: (value) => value instanceof Signal && [value.peek()] })
    .replaceAll("<", "\\u003c");
}

/** The opposite of {@linkcode encodeProps}. */
export function decodeProps(text: string): IslandProps[] {
  return parse(text, { Signal: ([value]: [unknown]) => signal(value) });
}
