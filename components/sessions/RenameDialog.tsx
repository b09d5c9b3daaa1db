import { useSignal } from "@preact/signals";
import { apiPath } from "../../islands/sessions/api.ts";
import { send } from "../../islands/send.ts";
import type { SessionId } from "../../web/services.ts";
import { Dialog } from "../Dialog.tsx";
import { MAX_NAME_LENGTH } from "./limits.ts";

interface RenameDialogProps {
  id: SessionId;
  name: string | null;
  onRenamed(name: string | null): void;
  onClose(): void;
}

/** Gives a session a name, or takes it away. */
export function RenameDialog({ id, name, onRenamed, onClose }: RenameDialogProps) {
  const isBusy = useSignal(false);
  const failure = useSignal("");
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const renamed = String(form.get("name")).trim() || null;
    isBusy.value = true;
    try {
      await send("PATCH", apiPath(id), { name: renamed });
      onRenamed(renamed);
      onClose();
    } catch (error) {
      failure.value = (error as Error).message;
      isBusy.value = false;
    }
  };
  return (
    <Dialog title="Rename the session" onClose={onClose}>
      <form onSubmit={save}>
        <label for="session-name">Name</label>
        <input
          id="session-name"
          name="name"
          value={name ?? ""}
          maxLength={MAX_NAME_LENGTH}
          autocomplete="off"
        />
        <p class="hint">Without a name it is called by its time and device.</p>
        {failure.value !== "" && <p class="hint warn" role="alert">{failure}</p>}
        <p class="actions">
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="primary" disabled={isBusy.value}>Save</button>
        </p>
      </form>
    </Dialog>
  );
}
