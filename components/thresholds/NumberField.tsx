import { moved } from "../../islands/thresholds/draft.ts";

export interface NumberFieldProps {
  id: string;
  label: string;
  unit: string;
  text: string;
  /** By which its buttons and the arrow keys move it, in its unit. */
  step: number;
  hint?: string;
  fault?: string;
  onText(text: string): void;
}

/** A number with buttons that move it by a step: what a pointer can do without dragging. */
export function NumberField({ id, label, unit, text, step, hint, fault, onText }: NumberFieldProps) {
  const describedBy = [`${id}-unit`, hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="number-field">
      <label for={id}>{label}</label>
      <div class="stepper">
        {/* The arrow keys do the same in the field. */}
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Less: ${label}`}
          onClick={() => onText(moved(text, -step))}
        >
          –
        </button>
        <input
          id={id}
          type="number"
          inputmode="decimal"
          step={step}
          min="0"
          value={text}
          aria-describedby={describedBy}
          aria-invalid={fault ? "true" : undefined}
          onInput={({ currentTarget }) => onText(currentTarget.value)}
        />
        <button
          type="button"
          tabIndex={-1}
          aria-label={`More: ${label}`}
          onClick={() => onText(moved(text, step))}
        >
          +
        </button>
        <span class="unit" id={`${id}-unit`}>{unit}</span>
      </div>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {fault && <p class="field-error" id={`${id}-fault`} role="alert">{fault}</p>}
    </div>
  );
}
