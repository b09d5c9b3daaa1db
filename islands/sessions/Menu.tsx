import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon } from "../../components/Icon.tsx";

interface MenuProps {
  /** Of the button that opens it. */
  name: string;
  items: [words: string, run: () => void][];
}

/** A button that opens a few more. It closes with Esc, and when the focus leaves it. */
export function Menu({ name, items }: MenuProps) {
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => isOpen.value = false;
  return (
    <div
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen.value) return;
        event.preventDefault();
        close();
        button.current?.focus();
      }}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) close();
      }}
    >
      <button
        ref={button}
        type="button"
        class="quiet"
        aria-label={name}
        aria-expanded={isOpen.value}
        onClick={({ currentTarget }) => {
          // Safari gives no focus to a button that is clicked, and then none can leave.
          currentTarget.focus();
          isOpen.value = !isOpen.value;
        }}
      >
        <Icon name="dots" />
      </button>
      {isOpen.value && (
        <div class="menu-items">
          {items.map(([words, run]) => (
            <button
              key={words}
              type="button"
              class="quiet"
              onClick={() => {
                button.current?.focus();
                close();
                run();
              }}
            >
              {words}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
