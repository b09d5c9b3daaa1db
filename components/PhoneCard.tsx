import { type Signal, useComputed } from "@preact/signals";
import type { Card, Result } from "../islands/live/card.ts";
import type { MagnitudeThresholds } from "../islands/live/chart.ts";
import { formatConfidence, formatMagnitude, stepsPerMinute } from "../islands/live/format.ts";
import { describeStrip } from "../islands/live/strip.ts";
import type { WindowSettings } from "../stream/settings.ts";
import { ActivityMark } from "./ActivityMark.tsx";
import { Freshness, SilenceNote, useWaitingWords } from "./Freshness.tsx";
import { MagnitudeChart } from "./MagnitudeChart.tsx";
import { Strip } from "./Strip.tsx";

interface WaitingProps {
  card: Signal<Card>;
  nowMs: Signal<number>;
  window: WindowSettings;
}

interface PhoneCardProps extends WaitingProps {
  thresholds: MagnitudeThresholds;
}

/** One live phone, large. */
export function PhoneCard({ card, nowMs, window, thresholds }: PhoneCardProps) {
  const { name, sessionId, current, ended } = card.value;
  return (
    <article class={`card ${ended ? "ended" : ""}`} aria-label={name}>
      <header>
        <h2 title={`Session ${sessionId}`}>{name}</h2>
        <Freshness card={card} nowMs={nowMs} window={window} />
      </header>
      {current
        ? (
          <p class="state">
            <ActivityMark activity={current.activity} />
            {current.activity}
          </p>
        )
        : <Waiting card={card} nowMs={nowMs} window={window} />}
      <Figures result={current} />
      <History card={card} nowMs={nowMs} thresholds={thresholds} />
      <SilenceNote card={card} nowMs={nowMs} window={window} />
    </article>
  );
}

function Waiting(props: WaitingProps) {
  return <p class="state waiting">{useWaitingWords(props, "first result")}</p>;
}

/** Every figure keeps its place and room, with or without a value, so that nothing moves when one comes or goes. */
function Figures({ result }: { result: Result | null }) {
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

/** Moves with the clock, so it is a component of its own: the rest of the card is drawn only when a result arrives. */
function History({ card, nowMs, thresholds }: Omit<PhoneCardProps, "window">) {
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
