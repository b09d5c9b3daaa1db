/**
 * Keyboard shortcuts of every page that runs JavaScript: moving between pages, and what the page's islands add.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { h, render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ShortcutHelp } from "../components/ShortcutHelp.tsx";

/** One shortcut. */
export interface Shortcut {
  /** One key as `KeyboardEvent.key` names it, or two with a space between them: "g l". */
  keys: string;
  /** For the list: what it does. */
  what: string;
  run: () => void;
}

/** The second key of two must follow within this time, ms. */
const SEQUENCE_MS = 1500;
/** Kept in the browser: single keys can be switched off (WCAG 2.1.4), since speech input may say them. */
const OFF_KEY = "shortcutsOff";

const PAGES: [keys: string, what: string, path: string][] = [
  ["g l", "Live", "/"],
  ["g s", "Sessions", "/sessions"],
  ["g t", "Thresholds", "/thresholds"],
  ["g d", "Devices", "/devices"],
  ["g u", "Status", "/status"],
];

const added = signal<Shortcut[]>([]);
const isOff = signal(false);
const isShown = signal(false);

/** Which shortcut, if any, a key makes together with the one before it. */
export class Sequence {
  #first = "";
  #atMs = -Infinity;

  /** @param nowMs a clock, ms */
  press(key: string, shortcuts: readonly Shortcut[], nowMs: number): Shortcut | undefined {
    const first = nowMs - this.#atMs <= SEQUENCE_MS ? this.#first : "";
    const found = shortcuts.find(({ keys }) => keys === `${first} ${key}`) ??
      shortcuts.find(({ keys }) => keys === key);
    this.#first = found ? "" : key;
    this.#atMs = nowMs;
    return found;
  }
}

/**
 * Adds shortcuts while the component is mounted.
 *
 * @param shortcuts The same number and keys at every call; what they do may change
 */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const mine = shortcuts.map(({ keys, what }, i) => ({ keys, what, run: () => latest.current[i].run() }));
    added.value = [...added.peek(), ...mine];
    return () => void (added.value = added.peek().filter((entry) => !mine.includes(entry)));
  }, []);
}

/** Listens for keys from now on; called once by the page's boot script. */
export function startShortcuts(): void {
  isOff.value = localStorage.getItem(OFF_KEY) === "true";
  const sequence = new Sequence();
  const pages = PAGES.map(([keys, what, path]) => ({ keys, what, run: () => location.assign(path) }));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (event.key === "?") {
      isShown.value = true;
      return;
    }
    if (isOff.peek() || isShown.peek()) return;
    const shortcut = sequence.press(event.key, [...added.peek(), ...pages], performance.now());
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run();
  });
  const root = document.createElement("div");
  document.body.append(root);
  render(h(ShortcutHelp, { added, pages, isShown, isOff, onSwitch: switchOff }), root);
}

/** Where a key means a letter or moves a control. */
function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement &&
    target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

function switchOff(off: boolean): void {
  isOff.value = off;
  localStorage.setItem(OFF_KEY, String(off));
}
