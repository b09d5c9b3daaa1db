import { type ReadonlySignal, type Signal, useComputed } from "@preact/signals";
import type { Card, Result } from "../islands/live/card.ts";
import type { MagnitudeThresholds } from "../islands/live/chart.ts";
import {
  formatAgo,
  formatConfidence,
  formatMagnitude,
  formatRate,
  stepsPerMinute,
} from "../islands/live/format.ts";
import type { HistoryLoader } from "../islands/live/history.ts";
import { describeStrip } from "../islands/live/strip.ts";
import type { WindowSettings } from "../stream/settings.ts";
import { ActivityMark } from "./ActivityMark.tsx";
import { Freshness, SilenceNote, StrayNote, useWaitingWords } from "./Freshness.tsx";
import { MagnitudeChart } from "./MagnitudeChart.tsx";
import { Strip } from "./Strip.tsx";
import { useHistory } from "./use_history.ts";

export interface PhoneProps {
  card: ReadonlySignal<Card>;
  nowMs: ReadonlySignal<number>;
  window: WindowSettings;
}

interface PhoneCardProps extends PhoneProps {
  card: Signal<Card>;
  thresholds: MagnitudeThresholds;
  history: HistoryLoader;
}

/** One live phone, large. */
export function PhoneCard({ card, nowMs, window, thresholds, history }: PhoneCardProps) {
  useHistory(card, history);
  const { deviceId, name, sessionId, current, ended } = card.value;
  const phone = { card, nowMs, window };
  return (
    <article class={`card ${ended ? "ended" : ""}`} aria-label={name}>
      <header>
        <h2 title={`Session ${sessionId}`}>
          <a href={`/live/${encodeURIComponent(deviceId)}`}>{name}</a>
        </h2>
        <Freshness {...phone} />
      </header>
      <State {...phone} />
      <Figures result={current} />
      <Arrivals {...phone} />
      <Lines card={card} nowMs={nowMs} thresholds={thresholds} />
      <SilenceNote {...phone} />
      <StrayNote {...phone} />
    </article>
  );
}

/** What the phone's bearer does, in one word. */
export function State(phone: PhoneProps) {
  const { current } = phone.card.value;
  if (!current) return <Waiting {...phone} />;
  return (
    <p class="state">
      <ActivityMark activity={current.activity} />
      {current.activity}
    </p>
  );
}

function Waiting(phone: PhoneProps) {
  return <p class="state waiting">{useWaitingWords(phone, "first result")}</p>;
}

/** Every figure keeps its place and room, with or without a value, so that nothing moves when one comes or goes. */
export function Figures({ result }: { result: Result | null }) {
  const steps = result && stepsPerMinute(result.activity, result.cadenceHz);
  return (
    <dl class="figures">
      <div>
        <dt>confidence</dt>
        <dd>{result && result.activity !== "unknown" ? formatConfidence(result.confidence) : "–"}</dd>
      </div>
      <div>
        <dt>magnitude</dt>
        <dd>
          <span class="decimal">{result ? formatMagnitude(result.magnitude) : "–"}</span> <small>m/s²</small>
        </dd>
      </div>
      <div class={steps === null ? "absent" : ""}>
        <dt>cadence</dt>
        <dd>
          <span class="whole">{steps ?? "–"}</span> <small>steps/min</small>
        </dd>
      </div>
    </dl>
  );
}

/** How readings come in. */
export function Arrivals({ card, nowMs, window }: PhoneProps) {
  const age = useComputed(() => {
    const { current, ended, arrivedAtMs } = card.value;
    if (!current || ended) return "";
    // A window is closed by a reading this much later than its end, whose result arrives at once.
    const sinceClosedMs = nowMs.value - current.timestamp - window.latenessMs;
    return ` · last reading ${formatAgo(Math.max(sinceClosedMs, nowMs.value - arrivedAtMs))}`;
  });
  const { current } = card.value;
  return (
    <p class="hint arrivals">
      {current ? `${formatRate(current.readings, current.windowMs)} readings/s` : "no rate yet"}
      {age}
    </p>
  );
}

/** Moves with the clock, so it is a component of its own: the rest of the card is drawn only when a result arrives. */
export function Lines(
  { card, nowMs, thresholds }: Pick<PhoneProps, "card" | "nowMs"> & { thresholds: MagnitudeThresholds },
) {
  // An ended session's history stands still.
  const endMs = useComputed(() => {
    const { ended, current, behindMs, arrivedAtMs } = card.value;
    return Math.max(ended ? arrivedAtMs - behindMs : nowMs.value - behindMs, current?.timestamp ?? 0);
  });
  const { line, strip } = card.value;
  return (
    <>
      <figure>
        <MagnitudeChart line={line} endMs={endMs.value} thresholds={thresholds} />
        <figcaption>Last 60 s: mean magnitude, m/s²</figcaption>
      </figure>
      <figure>
        <Strip strip={strip} endMs={endMs.value} />
        <figcaption class="totals">
          Last 10 min: {describeStrip(strip, endMs.value) || "nothing yet"}
        </figcaption>
      </figure>
    </>
  );
}
