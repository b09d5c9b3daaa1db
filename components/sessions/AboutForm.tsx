import { useSignal } from "@preact/signals";
import { apiPath } from "../../islands/sessions/api.ts";
import type { SessionModel } from "../../islands/sessions/model.ts";
import { send } from "../../islands/send.ts";
import { MAX_NAME_LENGTH, MAX_NOTE_LENGTH } from "./limits.ts";

/** Name and note, saved when one leaves the field; the words beside tell. */
export function AboutForm({ model }: { model: SessionModel }) {
  const { name, note } = model.session.value;
  return (
    <form
      class="panel about"
      aria-label="About the session"
      onSubmit={(event) => event.preventDefault()}
    >
      <SavedField model={model} field="name" words="Name">
        {(field) => (
          <input {...field} defaultValue={name ?? ""} maxLength={MAX_NAME_LENGTH} autocomplete="off" />
        )}
      </SavedField>
      <SavedField model={model} field="note" words="Note">
        {(field) => <textarea {...field} rows={4} maxLength={MAX_NOTE_LENGTH} defaultValue={note ?? ""} />}
      </SavedField>
    </form>
  );
}

interface SavedFieldProps {
  model: SessionModel;
  field: "name" | "note";
  words: string;
  children: (field: FieldProps) => preact.JSX.Element;
}
interface FieldProps {
  id: string;
  "aria-describedby": string;
  onChange: (event: Event) => void;
  onInput: () => void;
}

function SavedField({ model, field, words, children }: SavedFieldProps) {
  const state = useSignal("");
  const save = async ({ currentTarget }: Event) => {
    const text = (currentTarget as HTMLInputElement).value.trim() || null;
    state.value = "Saving…";
    try {
      await send("PATCH", apiPath(model.id), { [field]: text });
      model.session.value = { ...model.session.peek(), [field]: text };
      state.value = "Saved";
    } catch (error) {
      state.value = `Not saved: ${(error as Error).message}`;
    }
  };
  const id = `session-${field}`;
  return (
    <div>
      <p class="field-head">
        <label for={id}>{words}</label>
        <span id={`${id}-state`} class={state.value.startsWith("Not") ? "hint warn" : "hint"} role="status">
          {state}
        </span>
      </p>
      {children({
        id,
        "aria-describedby": `${id}-state`,
        onChange: save,
        onInput: () => state.value = "Not saved yet",
      })}
    </div>
  );
}
