import type { Field } from "../../islands/thresholds/draft.ts";
import type { TuningModel } from "../../islands/thresholds/model.ts";
import { NumberField } from "./NumberField.tsx";

interface FieldWords {
  label: string;
  unit: string;
  step: number;
  hint?: string;
}

const MAIN: [Field, FieldWords][] = [
  ["walkingMs2", { label: "Walking from", unit: "m/s²", step: 0.1 }],
  ["runningMs2", { label: "Running from", unit: "m/s²", step: 0.1 }],
];
const FINE: [Field, FieldWords][] = [
  ["hysteresisMs2", {
    label: "Hysteresis",
    unit: "m/s²",
    step: 0.05,
    hint: "So far past a threshold before the activity changes: less flicker near it.",
  }],
  ["stillStdMs2", {
    label: "Still under",
    unit: "m/s²",
    step: 0.05,
    hint: "Varies the magnitude less than this, the phone lies still, whatever its mean.",
  }],
];
const CADENCE: [Field, FieldWords][] = [
  ["runningHz", { label: "Running step rate", unit: "Hz", step: 0.05 }],
  ["fromMs2", { label: "Decides from", unit: "m/s²", step: 0.5 }],
  ["toMs2", { label: "Decides below", unit: "m/s²", step: 0.5 }],
];

/** All that can be set, as numbers. */
export function Fields({ model }: { model: TuningModel }) {
  const draft = model.draft.value;
  const stepsPerMin = Math.round(60 * Number(draft.runningHz));
  return (
    <>
      <div class="fields">
        <FieldList model={model} fields={MAIN} />
      </div>
      <fieldset class="cadence">
        <legend>Step rate</legend>
        <label class="check">
          <input
            type="checkbox"
            checked={draft.hasCadence}
            onChange={({ currentTarget }) => model.setCadence(currentTarget.checked)}
          />
          The step rate decides where the magnitude cannot
        </label>
        <p class="hint">
          One person's brisk walk is another's jog. In this range of magnitudes a clear step rate says which
          it is
          {draft.hasCadence && stepsPerMin > 0 ? `: running from ${stepsPerMin} steps a minute.` : "."}
        </p>
        {draft.hasCadence && (
          <div class="fields three">
            <FieldList model={model} fields={CADENCE} />
          </div>
        )}
      </fieldset>
      <div class="fields">
        <FieldList model={model} fields={FINE} />
      </div>
    </>
  );
}

function FieldList({ model, fields }: { model: TuningModel; fields: [Field, FieldWords][] }) {
  const draft = model.draft.value, faults = model.faults.value;
  return (
    <>
      {fields.map(([field, words]) => (
        <NumberField
          key={field}
          id={field}
          {...words}
          text={draft[field]}
          fault={faults[field]}
          onText={(text) => model.set(field, text)}
        />
      ))}
    </>
  );
}
