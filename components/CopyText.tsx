import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon } from "./Icon.tsx";

/** How long the button says "Copied", ms. */
const COPIED_SHOWN_MS = 2000;

interface CopyTextProps {
  /** What the text is, for the button's name: "Copy URL". */
  label: string;
  text: string;
  /** What is copied, if it must be made at that moment. */
  fresh?: () => string;
}

/** Text to copy. Without clipboard access (plain HTTP from elsewhere) the text is selectable as it is. */
export function CopyText({ label, text, fresh }: CopyTextProps) {
  const outcome = useSignal<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome.value === null) return;
    const timer = setTimeout(() => outcome.value = null, COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome.value]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(fresh?.() ?? text);
      outcome.value = "copied";
    } catch {
      outcome.value = "failed";
    }
  };
  return (
    <div class="copy">
      <code tabIndex={0}>{text}</code>
      <button type="button" onClick={copy} aria-label={`Copy ${label}`}>
        <Icon name={outcome.value === "copied" ? "check" : "copy"} />
        <span aria-live="polite">
          {outcome.value === "copied" ? "Copied" : outcome.value === "failed" ? "Select it" : "Copy"}
        </span>
      </button>
    </div>
  );
}
