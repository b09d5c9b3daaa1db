import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import type { TuningModel } from "../../islands/thresholds/model.ts";
import { MAX_MESSAGE_LENGTH } from "../../islands/thresholds/limits.ts";
import { audienceOf } from "./words.ts";

interface SaveFormProps {
  model: TuningModel;
  names: Record<string, string>;
  canEdit: boolean;
  form: RefObject<HTMLFormElement | null>;
  onSaved(): void;
}

/** Puts the values of the fields in force, with a word of why. */
export function SaveForm({ model, names, canEdit, form, onSaved }: SaveFormProps) {
  const message = useSignal("");
  const failure = useSignal("");
  const isBusy = useSignal(false);
  const { deviceId } = model.choice.value;
  const next = model.state.value.version + 1;
  const obstacle = obstacleTo(model, canEdit);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const values = model.values.peek(), why = message.peek().trim();
    // By a shortcut the form is sent although its button is off.
    if (obstacle !== null || values === null || isBusy.peek()) return;
    if (why === "") return void (failure.value = "Say why, in a few words: the history shows it.");
    isBusy.value = true;
    failure.value = "";
    try {
      if (await model.save({ deviceId, values, message: why })) {
        message.value = "";
        onSaved();
      }
    } catch (error) {
      failure.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form ref={form} class="panel save" onSubmit={save} noValidate>
      <label for="message">Why</label>
      <div class="save-line">
        <input
          id="message"
          value={message.value}
          maxLength={MAX_MESSAGE_LENGTH}
          autocomplete="off"
          placeholder="Brisk walkers were taken for runners"
          aria-describedby="save-hint"
          aria-invalid={failure.value === "" ? undefined : "true"}
          disabled={!canEdit}
          onInput={({ currentTarget }) => {
            message.value = currentTarget.value;
            failure.value = "";
          }}
        />
        <button
          type="submit"
          class="primary"
          disabled={obstacle !== null || isBusy.value}
          aria-describedby="save-hint"
        >
          {`Save as v${next}`}
        </button>
      </div>
      <div id="save-hint" class="save-hint">
        {failure.value !== "" ? <p class="field-error" role="alert">{failure}</p> : (
          <p class="hint">
            {obstacle ?? effectFor(audienceOf(deviceId, names))}
          </p>
        )}
      </div>
    </form>
  );
}

const effectFor = (audience: string) =>
  `For ${audience}. Running sessions go by it within 2 s; past ones stay as they were decided, until one is ` +
  "decided again on its page.";

/** Why there is nothing to save; null: there is. */
function obstacleTo(model: TuningModel, canEdit: boolean): string | null {
  if (!canEdit) return "You are signed in as a viewer: an admin can save.";
  if (Object.keys(model.faults.value).length > 0) return "The marked fields have to be right first.";
  return model.isChanged.value ? null : "These values are in force: nothing to save.";
}
