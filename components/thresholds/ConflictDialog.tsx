import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { sameValues } from "../../stream/thresholds.ts";
import { loadHistory } from "../../islands/thresholds/api.ts";
import { rowsOf } from "../../islands/thresholds/differences.ts";
import { type Conflict, inForceIn, type TuningModel } from "../../islands/thresholds/model.ts";
import type { ThresholdsVersion } from "../../web/services.ts";
import { Dialog } from "../Dialog.tsx";
import { Time } from "../Time.tsx";
import { audienceOf } from "./words.ts";
import { ValueTable } from "./ValueTable.tsx";

interface ConflictDialogProps {
  model: TuningModel;
  conflict: Conflict;
  names: Record<string, string>;
  onSaved(): void;
  onTaken(): void;
}

/** Someone else changed the thresholds first: both sides, and which it shall be. */
export function ConflictDialog({ model, conflict, names, onSaved, onTaken }: ConflictDialogProps) {
  const { change, base, theirs } = conflict;
  const failure = useSignal("");
  const isBusy = useSignal(false);
  const entry = useSignal<ThresholdsVersion | null>(null);
  useEffect(() => {
    // Who and why is worth knowing, not worth an error: the values are here.
    loadHistory(1, theirs.version + 1).then(({ items: [newest] }) => entry.value = newest ?? null, () => {});
  }, [theirs.version]);
  const before = inForceIn(base, change.deviceId), now = inForceIn(theirs, change.deviceId);
  const rows = rowsOf(before, now, change.values ?? theirs.values)
    .map((row) => ({ ...row, differs: row.texts[1] !== row.texts[2] }));
  const saveOnTop = async () => {
    isBusy.value = true;
    failure.value = "";
    try {
      if (await model.saveOnTop()) onSaved();
    } catch (error) {
      failure.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog
      title="Someone else has changed the thresholds"
      onClose={() => void (model.conflict.value = null)}
    >
      <p>
        {`You began with v${base.version}; now v${theirs.version} is in force. `}
        {entry.value && <Who entry={entry.value} names={names} />}
        {sameValues(before, now) && " What you are changing is as it was."}
      </p>
      <ValueTable
        label="Theirs and mine"
        columns={[`before, v${base.version}`, `theirs, v${theirs.version}`, "mine"]}
        rows={rows}
      />
      {failure.value !== "" && <p class="field-error" role="alert">{failure}</p>}
      <p class="actions">
        <button
          type="button"
          onClick={() => {
            model.takeTheirs();
            onTaken();
          }}
        >
          Take theirs
        </button>
        <button type="button" class="primary" disabled={isBusy.value} onClick={saveOnTop}>
          {`Save mine on top as v${theirs.version + 1}`}
        </button>
      </p>
    </Dialog>
  );
}

function Who({ entry, names }: { entry: ThresholdsVersion; names: Record<string, string> }) {
  const { by, atMs, message, deviceId } = entry;
  return (
    <>
      {`${by} made it for ${audienceOf(deviceId, names)} `}
      {atMs !== null && <Time ms={atMs} />}
      {`: ${message}.`}
    </>
  );
}
