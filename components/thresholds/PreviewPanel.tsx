import type { ComponentChildren } from "preact";
import { countOf } from "../../islands/thresholds/lanes.ts";
import type { TuningModel } from "../../islands/thresholds/model.ts";
import { TRUTHS } from "../../stream/tuning_answers.ts";
import type { Preview } from "../../web/services.ts";
import { ActivityMark } from "../ActivityMark.tsx";
import { formatTotal } from "../sessions/words.ts";
import { Confusion } from "./Confusion.tsx";
import { TryAgain } from "./TryAgain.tsx";
import { percent } from "./words.ts";

/** What the values in the fields would do to the sessions; as high before the answer as with it. */
export function PreviewPanel({ model }: { model: TuningModel }) {
  const preview = model.preview.answer.value;
  const isStale = model.preview.isBusy.value || model.values.value === null;
  const hasFaults = Object.keys(model.faults.value).length > 0;
  return (
    <section class="panel preview" aria-labelledby="preview-title" aria-busy={model.preview.isBusy.value}>
      <div class="bar">
        <h2 id="preview-title">Preview</h2>
        <p class="hint">{statusOf(preview, isStale, hasFaults)}</p>
      </div>
      {!hasFaults && <TryAgain of={model.preview} what="No preview" />}
      <div class={isStale ? "stale" : ""}>
        <dl class="score">
          <Figure name="right answers">
            <BeforeAfter
              preview={preview}
              of={({ accuracy, windows }) =>
                windows === 0 ? null : accuracy}
            />
          </Figure>
          {TRUTHS.map((truth) => (
            <Figure key={truth} name={truth} activity={truth}>
              <BeforeAfter
                preview={preview}
                of={({ recall }) => recall[truth]}
              />
            </Figure>
          ))}
        </dl>
        <Confusion score={preview?.after ?? null} />
        <p class="effect" role="status">
          {preview !== null && preview.labelledWindows > 0 && (
            <span class="sr-only">
              {`Right answers now ${percent(preview.before.accuracy)}, then ${
                percent(preview.after.accuracy)
              }. `}
            </span>
          )}
          {effectOf(preview)}
        </p>
      </div>
    </section>
  );
}

function Figure({ name, activity, children }: {
  name: string;
  activity?: "stationary" | "walking" | "running";
  children: ComponentChildren;
}) {
  return (
    <div>
      <dt>
        {activity && <ActivityMark activity={activity} />}
        {name}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

interface BeforeAfterProps {
  preview: Preview | null;
  of(score: Preview["before"]): number | null;
}

function BeforeAfter({ preview, of }: BeforeAfterProps) {
  const [before, after] = [preview?.before, preview?.after].map((score) => score ? percent(of(score)) : "–");
  return (
    <>
      <span class="before">{before}</span>
      <span class="sr-only">now, with these values</span>
      <span aria-hidden="true">→</span>
      <b>{after}</b>
    </>
  );
}

function statusOf(preview: Preview | null, isStale: boolean, hasFaults: boolean): string {
  if (hasFaults) return "Waits for the marked fields";
  if (isStale || preview === null) return "Working it out…";
  const { sessions, labelledWindows, leftOutSessions } = preview;
  const basis = `${countOf(labelledWindows, "labelled window")} of ${countOf(sessions, "session")}`;
  return leftOutSessions === 0
    ? basis
    : `${basis}; ${countOf(leftOutSessions, "older session")} left out, too many`;
}

function effectOf(preview: Preview | null): string {
  if (preview === null) return "\u00a0";
  const { changedMs, changedSessions, sessions, transitions: { before, after, added, removed } } = preview;
  if (sessions === 0) return "There is no session to try these values on.";
  const changes = changedMs === 0
    ? "Nothing changes"
    : `${formatTotal(changedMs)} change in ${changedSessions} of ${countOf(sessions, "session")}`;
  return `${changes}. Transitions: ${before} → ${after} (${added} added, ${removed} removed).`;
}
