import { useSignal } from "@preact/signals";
import { rowsOf } from "../../islands/thresholds/differences.ts";
import { MAX_MESSAGE_LENGTH } from "../../islands/thresholds/limits.ts";
import { inForceIn, type TuningModel } from "../../islands/thresholds/model.ts";
import type { ThresholdsChange } from "../../web/services.ts";
import { Dialog } from "../Dialog.tsx";
import { ValueTable } from "./ValueTable.tsx";

/** A change that is ready but for its message. */
export interface ReadyChange {
  title: string;
  /** What it does, in a sentence. */
  text: string;
  change: ThresholdsChange;
}

interface ChangeDialogProps extends ReadyChange {
  model: TuningModel;
  onSaved(): void;
  onClose(): void;
}

/** Shows what a change would put in force; then does it. */
export function ChangeDialog({ title, text, change, model, onSaved, onClose }: ChangeDialogProps) {
  const failure = useSignal("");
  const isBusy = useSignal(false);
  const state = model.state.value;
  const rows = rowsOf(inForceIn(state, change.deviceId), change.values ?? state.values);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const message = String(new FormData(event.currentTarget as HTMLFormElement).get("message")).trim();
    isBusy.value = true;
    failure.value = "";
    try {
      const isSaved = await model.save({ ...change, message });
      onClose();
      if (isSaved) onSaved();
    } catch (error) {
      failure.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <ValueTable label="What changes" columns={["now", `v${state.version + 1}`]} rows={rows} />
      <form onSubmit={save}>
        <label for="change-message">Why</label>
        <input
          id="change-message"
          name="message"
          required
          pattern=".*\S.*"
          maxLength={MAX_MESSAGE_LENGTH}
          defaultValue={change.message}
          autocomplete="off"
        />
        {failure.value !== "" && <p class="field-error" role="alert">{failure}</p>}
        <p class="actions">
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="primary" disabled={isBusy.value}>
            {`Save as v${state.version + 1}`}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
