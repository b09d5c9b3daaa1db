import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Shortcut } from "../islands/shortcuts.ts";

interface ShortcutHelpProps {
  /** Those of the page. */
  added: Signal<Shortcut[]>;
  /** Those that move between pages. */
  pages: Shortcut[];
  isShown: Signal<boolean>;
  isOff: Signal<boolean>;
  onSwitch: (off: boolean) => void;
}

const HELP: Shortcut = { keys: "?", what: "This list", run: () => {} };

/** The list of keyboard shortcuts, and their switch. */
export function ShortcutHelp({ added, pages, isShown, isOff, onSwitch }: ShortcutHelpProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isShown.value) dialog.current?.showModal();
  }, [isShown.value]);
  if (!isShown.value) return null;
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="shortcuts"
      onClose={() => void (isShown.value = false)}
    >
      <h2 id="shortcuts">Keyboard shortcuts</h2>
      <dl class="keys">
        {[...added.value, ...pages, HELP].map(({ keys, what }) => (
          <div key={keys}>
            <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={!isOff.value}
          onChange={({ currentTarget }) => onSwitch(!currentTarget.checked)}
        />
        Single keys are shortcuts
      </label>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
