import type { Signal } from "@preact/signals";
import type { Card, Result } from "../islands/live/card.ts";
import { formatConfidence, formatMagnitude, stepsPerMinute } from "../islands/live/format.ts";
import type { WindowSettings } from "../stream/settings.ts";
import { ActivityMark } from "./ActivityMark.tsx";
import { Freshness, useWaitingWords } from "./Freshness.tsx";
import { Strip } from "./Strip.tsx";

interface RowProps {
  card: Signal<Card>;
  nowMs: Signal<number>;
  window: WindowSettings;
}

/** Many live phones, one line each. */
export function PhoneTable({ cards, ...shared }: { cards: Signal<Card>[] } & Omit<RowProps, "card">) {
  return (
    <div class="phones-frame">
      <table class="phones">
        <caption class="sr-only">Live phones</caption>
        <thead>
          <tr>
            <th scope="col">phone</th>
            <th scope="col" class="state">activity</th>
            <th scope="col" class="number wide">confidence</th>
            <th scope="col" class="number mean">m/s²</th>
            <th scope="col" class="number wide">steps/min</th>
            <th scope="col" class="history wide">last 10 min</th>
            <th scope="col" class="number fresh">result</th>
          </tr>
        </thead>
        <tbody>
          {cards.map((card) => <Row key={card.peek().deviceId} card={card} {...shared} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ card, nowMs, window }: RowProps) {
  const { name, sessionId, current, ended, strip, behindMs, arrivedAtMs } = card.value;
  return (
    <tr class={ended ? "ended" : ""}>
      <th scope="row" title={`Session ${sessionId}`}>{name}</th>
      <td>
        {current
          ? (
            <span class="activity">
              <ActivityMark activity={current.activity} />
              {current.activity}
            </span>
          )
          : <Waiting card={card} nowMs={nowMs} window={window} />}
      </td>
      <td class="number wide">{isKnown(current) ? formatConfidence(current.confidence) : "–"}</td>
      <td class="number">{current ? formatMagnitude(current.magnitude) : "–"}</td>
      <td class="number wide">{current && stepsPerMinute(current.activity, current.cadenceHz) || "–"}</td>
      <td class="history wide">
        <Strip strip={strip} endMs={Math.max(current?.timestamp ?? 0, arrivedAtMs - behindMs)} />
      </td>
      <td class="number">
        <Freshness card={card} nowMs={nowMs} window={window} />
      </td>
    </tr>
  );
}

function Waiting(props: RowProps) {
  return <span class="waiting">{useWaitingWords(props, "first")}</span>;
}

function isKnown(result: Result | null): result is Result {
  return result !== null && result.activity !== "unknown";
}
