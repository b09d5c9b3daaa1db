import { useSignal } from "@preact/signals";
import { useContext } from "preact/hooks";
import { LABEL_ACTIVITIES, type LabelActivity } from "../../log/records.ts";
import type { SessionModel } from "../../islands/sessions/model.ts";
import { isSpan, snap, type Span, spanOf } from "../../islands/sessions/span.ts";
import { fromLocalText, toLocalText } from "../../islands/sessions/zoned.ts";
import { ActivityMark } from "../ActivityMark.tsx";
import { formatTime } from "../format_time.ts";
import { Zone } from "../Time.tsx";
import { formatSpan } from "./words.ts";

interface LabelToolsProps {
  model: SessionModel;
  /** The element that the focus goes to when a span was chosen elsewhere. */
  holder: { current: HTMLDivElement | null };
  isBusy: boolean;
  onLabel(activity: LabelActivity | null): void;
  onLabelSpan(span: Span, activity: LabelActivity | null): void;
}

/** What can be done with the selected span, and the same by typing times. */
export function LabelTools({ model, holder, isBusy, onLabel, onLabelSpan }: LabelToolsProps) {
  const zone = useContext(Zone);
  const selection = model.selection.value;
  const span = isSpan(selection) ? spanOf(selection) : null;
  const time = (ms: number) => formatTime(ms, { zone, nowMs: model.view.peek().from });
  return (
    <>
      <div class="label-tools" ref={holder} role="group" aria-label="Label the selected span">
        <p role="status">
          {span
            ? `${time(span.from)} to ${time(span.to)}, ${formatSpan(span.to - span.from)}, was`
            : (
              <span class="hint">
                What was it really? Drag along the row above, or choose a segment below.
              </span>
            )}
        </p>
        {span && (
          <>
            {LABEL_ACTIVITIES.map((activity, i) => (
              <button
                key={activity}
                type="button"
                disabled={isBusy}
                onClick={() => onLabel(activity)}
              >
                <ActivityMark activity={activity} />
                {activity} <kbd aria-hidden="true">{i + 1}</kbd>
              </button>
            ))}
            <button type="button" class="quiet" disabled={isBusy} onClick={() => onLabel(null)}>
              no label <kbd aria-hidden="true">0</kbd>
            </button>
            <button type="button" class="quiet" onClick={() => model.selection.value = null}>
              Cancel <kbd aria-hidden="true">Esc</kbd>
            </button>
          </>
        )}
      </div>
      <details class="by-time">
        <summary>Label by time</summary>
        <TimeForm model={model} zone={zone} isBusy={isBusy} onLabelSpan={onLabelSpan} />
      </details>
    </>
  );
}

type TimeFormProps = Pick<LabelToolsProps, "model" | "isBusy" | "onLabelSpan"> & { zone: string };

function TimeForm({ model, zone, isBusy, onLabelSpan }: TimeFormProps) {
  const fault = useSignal("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [from, to] = ["from", "to"].map((name) =>
      snap(fromLocalText(String(form.get(name)), zone), model.bounds.peek())
    );
    if (!(from < to)) {
      fault.value = "The times must lie in the session, the second after the first.";
      return;
    }
    fault.value = "";
    onLabelSpan({ from, to }, (form.get("activity") || null) as LabelActivity | null);
  };
  const field = { type: "datetime-local", step: 1, required: true } as const;
  const selection = model.selection.value;
  // Begun anew with each selection; what is typed stays, whatever else moves.
  const span = isSpan(selection) ? spanOf(selection) : model.view.peek();
  return (
    <form key={isSpan(selection) ? `${span.from}-${span.to}` : "view"} class="filters" onSubmit={submit}>
      <div>
        <label for="label-from">From</label>
        <input id="label-from" name="from" {...field} defaultValue={toLocalText(span.from, zone)} />
      </div>
      <div>
        <label for="label-to">To</label>
        <input
          id="label-to"
          name="to"
          {...field}
          defaultValue={toLocalText(span.to, zone)}
          aria-describedby="label-fault"
        />
      </div>
      <div>
        <label for="label-activity">It was</label>
        <select id="label-activity" name="activity">
          {LABEL_ACTIVITIES.map((activity) => <option key={activity} value={activity}>{activity}</option>)}
          <option value="">no label</option>
        </select>
      </div>
      <button type="submit" disabled={isBusy}>Label</button>
      <p id="label-fault" class="field-error" role="alert">{fault}</p>
    </form>
  );
}
