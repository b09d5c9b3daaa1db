import { useSignal, useSignalEffect } from "@preact/signals";
import { useContext } from "preact/hooks";
import { segmentAt, type SessionModel } from "../../islands/sessions/model.ts";
import { advance, type Speed, SPEEDS } from "../../islands/sessions/player.ts";
import { pointAt } from "../../islands/sessions/series.ts";
import { lengthOf, move } from "../../islands/sessions/span.ts";
import { useShortcuts } from "../../islands/shortcuts.ts";
import { ActivityMark } from "../ActivityMark.tsx";
import { formatTime } from "../format_time.ts";
import { Zone } from "../Time.tsx";

/** With reduced motion the cursor does not glide but steps, ms. */
const CALM_STEP_MS = 250;
/** What a key moves the slider by, ms. */
const SLIDER_STEP_MS = 1000;
/** Where the replay is put when the view has to follow it, part of the view. */
const FOLLOW_AT = 0.1;

/** Plays the session: a cursor with what it was at that moment. */
export function Player({ model }: { model: SessionModel }) {
  const isPlaying = useSignal(false);
  const speed = useSignal<Speed>(10);
  const toggle = () => {
    if (!isPlaying.peek() && model.atMs.peek() >= model.bounds.peek().to) {
      model.atMs.value = model.bounds.peek().from;
    }
    isPlaying.value = !isPlaying.peek();
  };
  useShortcuts([{ keys: "p", what: "play or pause", run: toggle }]);
  useSignalEffect(() => {
    if (isPlaying.value) return play(model, () => speed.peek(), () => isPlaying.value = false);
  });
  return (
    <div class="player" role="group" aria-label="Replay">
      <button type="button" onClick={toggle}>{isPlaying.value ? "Pause" : "Play"}</button>
      <div class="speeds" role="group" aria-label="Speed">
        {SPEEDS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={speed.value === each}
            onClick={() => speed.value = each}
          >
            {`${each}×`}
          </button>
        ))}
      </div>
      <Scrubber model={model} />
      <Readout model={model} />
    </div>
  );
}

function Scrubber({ model }: { model: SessionModel }) {
  const { from, to } = model.bounds.value;
  const { time, activity } = useMoment(model, model.atMs.value);
  return (
    <input
      type="range"
      aria-label="Position"
      min={from}
      max={to}
      step={SLIDER_STEP_MS}
      value={model.atMs.value}
      aria-valuetext={`${time}, ${activity ?? "no result"}`}
      onInput={({ currentTarget }) => {
        model.atMs.value = Number(currentTarget.value);
        followCursor(model);
      }}
    />
  );
}

/** What the pointer is over, else where the replay stands. */
function Readout({ model }: { model: SessionModel }) {
  const { time, activity, meanMs2 } = useMoment(model, model.hoverMs.value ?? model.atMs.value);
  return (
    <p class="readout">
      <span class="when">{time}</span>
      <span class="what">
        {activity && <ActivityMark activity={activity} />}
        {activity ?? "no result"}
      </span>
      <span>{meanMs2 === null ? "–" : `${meanMs2.toFixed(1)}\u00a0m/s²`}</span>
    </p>
  );
}

function useMoment(model: SessionModel, ms: number) {
  const zone = useContext(Zone);
  const series = model.series.value;
  const point = series && pointAt(series, ms);
  // Segments are exact, buckets are not; an answer with many may lack some.
  const activity = segmentAt(model.session.value.segments, ms)?.activity ?? point?.[4] ?? null;
  return { time: formatTime(ms, { zone, nowMs: ms }), activity, meanMs2: point?.[1] ?? null };
}

/** @returns Stops it */
function play(model: SessionModel, speed: () => Speed, onOver: () => void): () => void {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let beforeMs = performance.now(), frame = 0;
  const step = (nowMs: number) => {
    const passedMs = nowMs - beforeMs;
    if (!isCalm || passedMs >= CALM_STEP_MS) {
      beforeMs = nowMs;
      const { atMs, isOver } = advance(model.atMs.peek(), passedMs, speed(), model.bounds.peek());
      model.atMs.value = atMs;
      followCursor(model);
      if (isOver) return onOver();
    }
    frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}

function followCursor(model: SessionModel): void {
  const view = model.view.peek(), atMs = model.atMs.peek();
  if (atMs >= view.from && atMs <= view.to) return;
  model.view.value = move(view, model.bounds.peek(), atMs - view.from - FOLLOW_AT * lengthOf(view));
}
