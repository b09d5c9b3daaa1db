import type { JSX } from "preact";

type FieldProps = JSX.IntrinsicElements["input"] & {
  id: string;
  label: string;
  /** What is wrong with what was sent; null when nothing is. */
  error?: string | null;
  hint?: string;
};

/** A labelled input of a form that works without JavaScript, with its error under it. */
export function Field({ id, label, error = null, hint, ...input }: FieldProps) {
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        aria-describedby={describedBy || undefined}
        aria-invalid={error !== null ? "true" : undefined}
        {...input}
      />
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error !== null && <p class="field-error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}
