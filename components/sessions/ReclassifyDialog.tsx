import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { apiPath } from "../../islands/sessions/api.ts";
import { send } from "../../islands/send.ts";
import type { Preview, SessionId, ThresholdsVersion } from "../../web/services.ts";
import { Dialog } from "../Dialog.tsx";
import { SessionStrip } from "./SessionStrip.tsx";
import { formatSpan } from "./words.ts";

interface ReclassifyDialogProps {
  id: SessionId;
  /** Version of the thresholds that decided its newest window. */
  last: number;
  inForce: number;
  onDone(): void;
  onClose(): void;
}

/** What deciding the session anew would change; then does it. */
export function ReclassifyDialog({ id, last, inForce, onDone, onClose }: ReclassifyDialogProps) {
  const preview = useSignal<Preview | null>(null);
  const failure = useSignal("");
  const isBusy = useSignal(false);
  const attempt = async (run: () => Promise<void>) => {
    isBusy.value = true;
    failure.value = "";
    try {
      await run();
    } catch (error) {
      failure.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  useEffect(() => {
    attempt(async () => void (preview.value = await comparison(id, last)));
  }, []);
  const reclassify = () =>
    attempt(async () => {
      await send("POST", apiPath(id, "/reclassify"));
      onDone();
    });
  return (
    <Dialog title="Decide this session again?" onClose={onClose}>
      <p>
        {`Its newest windows were decided by thresholds v${last}. All of them would be by v${inForce}, which ` +
          "is in force. The log and Snowflake keep what was decided live."}
      </p>
      <div class="comparison" role="status">
        {preview.value && <Comparison preview={preview.value} last={last} inForce={inForce} />}
        {preview.value === null && failure.value === "" && <p class="hint">Working out what would change…</p>}
      </div>
      {failure.value !== "" && <p class="hint warn" role="alert">{failure}</p>}
      <p class="actions">
        <button type="button" onClick={onClose}>Cancel</button>
        <button type="button" class="primary" disabled={isBusy.value} onClick={reclassify}>
          {`Decide again by v${inForce}`}
        </button>
      </p>
    </Dialog>
  );
}

interface ComparisonProps extends Pick<ReclassifyDialogProps, "last" | "inForce"> {
  preview: Preview;
}

function Comparison({ preview, last, inForce }: ComparisonProps) {
  const { changedMs, mostChanged, before: now, after: then, labelledWindows } = preview;
  if (changedMs === 0) return <p>{`v${last} and v${inForce} say the same of all of it.`}</p>;
  const [{ before: stripNow, after: stripThen }] = mostChanged;
  const percent = (share: number) => `${(share * 100).toFixed(1)}\u00a0%`;
  return (
    <>
      <p>
        {`${formatSpan(changedMs)} would be another activity.`}
        {labelledWindows > 0 &&
          ` Of what is labelled, ${percent(now.accuracy)} would be right, instead of ${
            percent(then.accuracy)
          }.`}
      </p>
      <p class="hint">{`v${last}`}</p>
      <SessionStrip pieces={stripThen} name={`By v${last}`} />
      <p class="hint">{`v${inForce}`}</p>
      <SessionStrip pieces={stripNow} name={`By v${inForce}`} />
    </>
  );
}

/**
 * The values in force against those of a version. A preview always begins with those in force, so what it calls "after" is what
 * the session was decided by.
 */
async function comparison(id: SessionId, version: number): Promise<Preview | null> {
  const history = await send<{ items: ThresholdsVersion[] }>(
    "GET",
    `/api/thresholds/history?before=${version + 1}&limit=1`,
  );
  const [entry] = history.items;
  if (!entry?.values) throw new Error(`The values of thresholds v${version} are not known any more.`);
  const { deviceId, sessionId } = id;
  return await send("POST", "/api/thresholds/preview", {
    values: entry.values,
    sessions: [{ deviceId, sessionId }],
    deviceId,
  });
}
