import { useSignal } from "@preact/signals";
import { Dialog } from "../components/Dialog.tsx";
import { MAX_ID_LENGTH } from "../log/id.ts";
import { formatBytes } from "./live/format.ts";
import { type ImportedFile, importFile } from "./sessions/import.ts";
import { pagePath } from "./sessions/api.ts";

/** Whose sessions they become unless someone says otherwise. */
const DEVICE = "imported";

/** Brings recordings in that an app has exported. */
export default function SessionsImport() {
  const isOpen = useSignal(false);
  return (
    <>
      <button type="button" onClick={() => isOpen.value = true}>Import</button>
      {isOpen.value && <ImportDialog onClose={() => isOpen.value = false} />}
    </>
  );
}

function ImportDialog({ onClose }: { onClose: () => void }) {
  const files = useSignal<File[]>([]);
  const results = useSignal<ImportedFile[]>([]);
  const isBusy = useSignal(false);
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const deviceId = String(new FormData(event.currentTarget as HTMLFormElement).get("deviceId")).trim();
    isBusy.value = true;
    results.value = [];
    for (const file of files.value) results.value = [...results.value, await importFile(file, deviceId)];
    isBusy.value = false;
  };
  const done = results.value.length, all = files.value.length;
  return (
    <Dialog title="Import recordings" onClose={onClose}>
      <form onSubmit={start}>
        <p class="hint">
          Files that Sensor Logger exported: zip, CSV or JSON. What is annotated in them becomes labels, and a
          file that is here already changes nothing.
        </p>
        <label for="import-files">Files</label>
        <input
          id="import-files"
          type="file"
          multiple
          required
          accept=".zip,.csv,.json"
          disabled={isBusy.value}
          onChange={({ currentTarget }) => files.value = [...currentTarget.files ?? []]}
        />
        <label for="import-device">Device they are stored under</label>
        <input
          id="import-device"
          name="deviceId"
          defaultValue={DEVICE}
          required
          maxLength={MAX_ID_LENGTH}
          disabled={isBusy.value}
        />
        <p role="status">
          {isBusy.value && `Importing ${done + 1} of ${all}: ${describe(files.value[done])}`}
        </p>
        <ul class="imported">
          {results.value.map((result) => <li key={result.file}>{<Result {...result} />}</li>)}
        </ul>
        <p class="actions">
          <button type="button" disabled={isBusy.value} onClick={onClose}>Close</button>
          <button type="submit" class="primary" disabled={isBusy.value || all === 0}>Import</button>
        </p>
      </form>
    </Dialog>
  );
}

const describe = (file?: File) => file ? `${file.name}, ${formatBytes(file.size)}` : "";

function Result({ file, session, text }: ImportedFile) {
  if (session === null) return <span class="hint warn">{file}: {text}</span>;
  return (
    <>
      <a href={pagePath(session)}>{file}</a>: {text}
    </>
  );
}
