import { useSignal, useSignalEffect } from "@preact/signals";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { AboutForm } from "../components/sessions/AboutForm.tsx";
import { LabelLane } from "../components/sessions/LabelLane.tsx";
import { LabelTools } from "../components/sessions/LabelTools.tsx";
import { Player } from "../components/sessions/Player.tsx";
import { Plot } from "../components/sessions/Plot.tsx";
import { ReclassifyDialog } from "../components/sessions/ReclassifyDialog.tsx";
import { SegmentTable } from "../components/sessions/SegmentTable.tsx";
import { SessionFacts, type SessionVersions } from "../components/sessions/SessionFacts.tsx";
import { useSummary } from "../components/sessions/summary.ts";
import { titleOf } from "../components/sessions/words.ts";
import { ZoomButtons } from "../components/sessions/ZoomButtons.tsx";
import { Legend } from "../components/Legend.tsx";
import { StripPattern } from "../components/Strip.tsx";
import { Time, Zone } from "../components/Time.tsx";
import { ToastView, useToast } from "../components/Toast.tsx";
import type { Segment } from "../web/services.ts";
import type { MagnitudeThresholds } from "./live/chart.ts";
import { poll } from "./poll.ts";
import { apiPath, pagePath } from "./sessions/api.ts";
import { Deleted, useDeletion } from "./sessions/Deleted.tsx";
import { useLabels } from "./sessions/use_labels.ts";
import { type SessionInit, SessionModel, SETTLE_MS } from "./sessions/model.ts";
import { useShortcuts } from "./shortcuts.ts";

/** A window a second comes, ms. */
const POLL_MS = 3000;
/** Browsers refuse more than a hundred changes of the address in half a minute, ms. */
const ADDRESS_MS = 500;

export interface SessionPageProps {
  init: SessionInit;
  /** Whether there are more segments than it begins with. */
  hasMoreSegments: boolean;
  deviceName: string;
  /** Those that decided, as far as they are known. */
  thresholds: MagnitudeThresholds;
  versions: SessionVersions | null;
  /** The session that the phone was in until its clock was set back; null: this one began by itself. */
  idBefore: string | null;
  /** The server's clock, ms since the Unix epoch. */
  nowMs: number;
  canEdit: boolean;
}

/** One session: its chart, what was done when, and what people say about it. */
export default function SessionPage(props: SessionPageProps) {
  const { init, hasMoreSegments, deviceName, thresholds, nowMs, canEdit } = props;
  const [model] = useState(() => new SessionModel(init));
  const versions = useSignal(props.versions);
  const isReclassifying = useSignal(false);
  const tools = useRef<HTMLDivElement>(null);
  const toast = useToast();
  const labels = useLabels(model, toast);
  const deletion = useDeletion(model.id);
  const zone = useContext(Zone);

  useFresh(model, hasMoreSegments);
  useShortcuts([
    { keys: "1", what: "label the selection stationary", run: () => labels.labelSelection("stationary") },
    { keys: "2", what: "label the selection walking", run: () => labels.labelSelection("walking") },
    { keys: "3", what: "label the selection running", run: () => labels.labelSelection("running") },
    { keys: "0", what: "take the selection's labels away", run: () => labels.labelSelection(null) },
    { keys: "Escape", what: "select nothing", run: () => model.selection.value = null },
    { keys: "u", what: "undo the last label", run: () => toast.undo() },
  ]);

  const title = titleOf(model.session.value, deviceName, zone, nowMs);
  if (deletion.undoUntilMs.value !== null) return <Deleted deletion={deletion} title={title} />;
  const choose = (segment: Segment) => {
    model.selection.value = { anchorMs: segment.from, headMs: segment.to };
    // The buttons are there in the next frame.
    requestAnimationFrame(() => tools.current?.querySelector("button")?.focus());
  };
  const reclassified = async () => {
    isReclassifying.value = false;
    await model.reload();
    const { inForce } = versions.peek()!;
    versions.value = { first: inForce, inForce };
    toast.show({ text: `The session is decided again, by thresholds v${inForce}.` });
  };
  const { live, name, startedAt, current } = model.session.value;
  return (
    <>
      <StripPattern />
      <header class="bar session-bar">
        <h1>{title}</h1>
        {name !== null && (
          <p class="hint">
            {startedAt !== null && <Time ms={startedAt} precision="minute" />} · {deviceName}
          </p>
        )}
        {live && <a class="live-mark" href={`/live/${encodeURIComponent(model.id.deviceId)}`}>live</a>}
        <p class="actions">
          <a class="button" href={apiPath(model.id, "/activity.csv")} download>CSV</a>
          <a class="button" href={apiPath(model.id, "/activity.parquet")} download>Parquet</a>
          {canEdit && <button type="button" class="danger" onClick={deletion.run}>Delete</button>}
        </p>
      </header>
      {deletion.failure.value !== "" && <p class="hint warn" role="alert">{deletion.failure}</p>}
      {model.isLost.value && (
        <p class="hint warn" role="status">
          Nothing new comes: the server does not answer, or the session is gone. This is what was there last.
        </p>
      )}
      {startedAt === null ? <Waiting live={live} /> : (
        <>
          <section class="panel plot-panel" aria-labelledby="plot-title">
            <div class="bar">
              <h2 id="plot-title">Magnitude, m/s²</h2>
              <ZoomButtons model={model} />
            </div>
            <Plot model={model} thresholds={thresholds}>
              <LabelLane model={model} onLabel={canEdit ? labels.labelSelection : null} />
            </Plot>
            {canEdit && (
              <LabelTools
                model={model}
                holder={tools}
                isBusy={labels.isBusy.value}
                onLabel={labels.labelSelection}
                onLabelSpan={labels.label}
              />
            )}
            <Player model={model} />
            <ViewSummary model={model} />
            <Legend />
          </section>
          <div class="session-columns">
            <SegmentTable model={model} onChoose={canEdit ? choose : null} />
            <div>
              <SessionFacts
                model={model}
                deviceName={deviceName}
                versions={versions.value}
                idBefore={props.idBefore}
                onReclassify={canEdit ? () => isReclassifying.value = true : null}
              />
              {canEdit ? <AboutForm model={model} /> : <Note text={model.session.value.note} />}
            </div>
          </div>
        </>
      )}
      {isReclassifying.value && (
        <ReclassifyDialog
          id={model.id}
          last={current!.thresholdsVersion}
          inForce={versions.value!.inForce}
          onDone={reclassified}
          onClose={() => isReclassifying.value = false}
        />
      )}
      <ToastView toast={toast} />
    </>
  );
}

/** Keeps data and address as the view is, and a live session growing. */
function useFresh(model: SessionModel, hasMoreSegments: boolean): void {
  const isFirst = useRef(true);
  useSignalEffect(() => {
    model.view.value;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const settle = setTimeout(() => model.settle(), SETTLE_MS);
    const address = setTimeout(() => {
      history.replaceState(null, "", pagePath(model.id, model.viewQuery()));
    }, ADDRESS_MS);
    return () => {
      clearTimeout(settle);
      clearTimeout(address);
    };
  });
  useEffect(() => {
    if (hasMoreSegments) model.reload();
  }, []);
  const { live } = model.session.value;
  useEffect(() => {
    if (!live) return;
    return poll<SessionInit["session"]>(apiPath(model.id), POLL_MS, (session) => {
      model.isLost.value = session === null;
      if (session !== null) model.update(session);
    }, POLL_MS);
  }, [live]);
}

function ViewSummary({ model }: { model: SessionModel }) {
  return <p class="hint view-summary">{useSummary(model)}</p>;
}

function Waiting({ live }: { live: boolean }) {
  return (
    <section class="empty-state">
      <h2>{live ? "Waiting for the first result" : "There are no results"}</h2>
      <p>
        {live
          ? "A window of a few seconds has to fill first. This page shows it by itself."
          : "The session ended before a window of a few seconds was full."}
      </p>
    </section>
  );
}

function Note({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <section class="panel" aria-labelledby="note-title">
      <h2 id="note-title">Note</h2>
      <p class="note-text">{text}</p>
    </section>
  );
}
