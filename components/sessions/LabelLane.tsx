import { useContext, useRef } from "preact/hooks";
import type { LabelActivity } from "../../log/records.ts";
import { CLICK_PX, timeUnder } from "../../islands/sessions/gestures.ts";
import type { SessionModel } from "../../islands/sessions/model.ts";
import { cut } from "../../islands/sessions/series.ts";
import {
  fractionOf,
  grab,
  lengthOf,
  move,
  moveSelection,
  type Selection,
  snap,
} from "../../islands/sessions/span.ts";
import { formatTime } from "../format_time.ts";
import { Zone } from "../Time.tsx";
import { LABEL_KEYS } from "./label_keys.ts";

/** How near a finger has to come to an end of the selection to move it, px. */
const REACH_PX = 22;
/** A screen reader is told so many of the labels in view; all are in the form and the table. */
const MAX_TOLD = 20;

interface LabelLaneProps {
  model: SessionModel;
  /** null: for looking only. */
  onLabel: ((activity: LabelActivity | null) => void) | null;
}

/** What it really was, below the strip; and where spans are chosen with pointer or keys. */
export function LabelLane({ model, onLabel }: LabelLaneProps) {
  const lane = useRef<HTMLDivElement>(null);
  const drag = useBrush(lane, model);
  if (onLabel === null) {
    return (
      <div class="lane">
        <LaneLabels model={model} />
      </div>
    );
  }
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in LABEL_KEYS) onLabel(LABEL_KEYS[event.key]);
    else if (event.key === "Escape") {
      model.selection.value = null;
      lane.current?.blur();
    } else {
      const view = model.view.peek(), bounds = model.bounds.peek();
      const selection = moveSelection(model.selection.peek(), event.key, event.shiftKey, view, bounds);
      if (selection === null) return;
      model.selection.value = selection;
      keepInView(model, selection.headMs);
    }
    event.preventDefault();
  };
  return (
    <div
      ref={lane}
      class="lane brush"
      tabIndex={0}
      role="group"
      aria-label="Labels"
      aria-describedby="lane-keys"
      onKeyDown={press}
      {...drag}
    >
      <LaneLabels model={model} />
      <p id="lane-keys" class="sr-only">
        Arrow keys move to a place, with Shift they select from it. 1 stationary, 2 walking, 3 running, 0 no
        label, Escape leaves.
      </p>
    </div>
  );
}

function LaneLabels({ model }: { model: SessionModel }) {
  const zone = useContext(Zone);
  const view = model.view.value;
  const labels = cut(model.labels, view);
  const percent = (part: number) => `${(part * 100).toFixed(3)}%`;
  const time = (ms: number) => formatTime(ms, { zone, nowMs: view.from });
  return (
    <>
      <svg class="labels" aria-hidden="true">
        {labels.length === 0 && (
          <text class="none" x="8" y="50%" dominant-baseline="central">no labels here</text>
        )}
        {labels.map(({ from, to, activity, source }) => (
          <svg
            key={from}
            x={percent(fractionOf(from, view))}
            width={percent((to - from) / lengthOf(view))}
            height="100%"
          >
            <title>{`${activity}, ${SOURCE_WORDS[source]}`}</title>
            <rect class={`tint ${activity}`} width="100%" height="100%" />
            <rect class={activity} width="100%" height="3" />
            <text x="6" y="55%" dominant-baseline="central">{activity}</text>
          </svg>
        ))}
      </svg>
      <p class="sr-only">
        {labels.length === 0
          ? "No labels in view."
          : labels.slice(0, MAX_TOLD).map(({ from, to, activity }) =>
            `${activity} from ${time(from)} to ${time(to)}.`
          ).join(" ")}
      </p>
    </>
  );
}

const SOURCE_WORDS = {
  person: "labelled by a person",
  phone: "as the phone told",
  import: "as it was imported",
};

function keepInView(model: SessionModel, ms: number): void {
  const view = model.view.peek(), bounds = model.bounds.peek();
  if (ms < view.from) model.view.value = move(view, bounds, ms - view.from);
  if (ms > view.to) model.view.value = move(view, bounds, ms - view.to);
}

/** Chooses a span with the mouse or a finger; a tap on a label chooses it. */
function useBrush(lane: { current: HTMLDivElement | null }, model: SessionModel) {
  const dragging = useRef<{ pointerId: number; startPx: number; before: Selection | null } | null>(null);
  const timeOf = (event: PointerEvent) =>
    snap(timeUnder(event.clientX, lane.current!, model), model.bounds.peek());
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0 || dragging.current !== null) return;
      lane.current!.setPointerCapture(event.pointerId);
      const before = model.selection.peek();
      dragging.current = { pointerId: event.pointerId, startPx: event.clientX, before };
      const reachMs = REACH_PX * lengthOf(model.view.peek()) / lane.current!.clientWidth;
      model.selection.value = grab(before, timeOf(event), reachMs);
    },
    onPointerMove: (event: PointerEvent) => {
      if (dragging.current?.pointerId !== event.pointerId) return;
      model.selection.value = { ...model.selection.peek()!, headMs: timeOf(event) };
    },
    onPointerUp: (event: PointerEvent) => {
      if (dragging.current?.pointerId !== event.pointerId) return;
      const isTap = Math.abs(event.clientX - dragging.current.startPx) < CLICK_PX;
      dragging.current = null;
      if (!isTap) return;
      const atMs = timeUnder(event.clientX, lane.current!, model);
      const label = model.labels.find(({ from, to }) => from <= atMs && atMs < to);
      model.selection.value = label ? { anchorMs: label.from, headMs: label.to } : null;
    },
    onPointerCancel: (event: PointerEvent) => {
      // The finger scrolls the page after all.
      if (dragging.current?.pointerId !== event.pointerId) return;
      model.selection.value = dragging.current.before;
      dragging.current = null;
    },
  };
}
