import { computed, type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Connection } from "../components/Connection.tsx";
import { Freshness, SilenceNote, StrayNote } from "../components/Freshness.tsx";
import { Legend } from "../components/Legend.tsx";
import { LogHealthNotice } from "../components/LogHealthNotice.tsx";
import { Arrivals, Figures, Lines, State } from "../components/PhoneCard.tsx";
import { RawTrace } from "../components/RawTrace.tsx";
import { StripPattern } from "../components/Strip.tsx";
import { Time } from "../components/Time.tsx";
import type { Card } from "./live/card.ts";
import type { MagnitudeThresholds } from "./live/chart.ts";
import { LiveModel, type ModelInit } from "./live/model.ts";
import { STRIP_MS } from "./live/strip.ts";
import { useLive } from "./live/use_live.ts";
import { useShortcuts } from "./shortcuts.ts";

export interface DeviceLiveProps {
  deviceId: string;
  name: string;
  init: ModelInit;
  /** Where the live stream goes on after `init`. */
  position: string;
  thresholds: MagnitudeThresholds;
  /** The newest session, live or not; null when there is none. */
  last: { sessionId: string; endedAt: number | null } | null;
}

/** One phone: what its bearer does, and the readings that say so. */
export default function DeviceLive({ deviceId, name, init, position, thresholds, last }: DeviceLiveProps) {
  const [model] = useState(() => new LiveModel(init));
  const feed = { deviceId, recentMs: STRIP_MS, limit: 1 };
  const { lostSinceMs, logNotice, announcement } = useLive(model, position, feed);
  const isPaused = useSignal(false);
  const pause = () => void (isPaused.value = !isPaused.value);
  useShortcuts([{ keys: "p", what: "pause or go on", run: pause }]);
  const isLive = model.order.value.includes(deviceId);
  return (
    <>
      <header class="bar device-bar">
        <h1>{name}</h1>
        <Connection lostSinceMs={lostSinceMs} nowMs={model.nowMs} />
        <div class="actions">
          <button type="button" aria-pressed={isPaused.value} onClick={pause}>
            {isPaused.value ? "Go on" : "Pause"}
          </button>
          <SessionLink model={model} deviceId={deviceId} last={last} />
          <a class="button" href={`/devices/${encodeURIComponent(deviceId)}`}>Device</a>
        </div>
      </header>
      <p class="sr-only" role="status">{announcement}</p>
      <StripPattern />
      {isLive
        ? <Now card={model.card(deviceId)} model={model} thresholds={thresholds} isPaused={isPaused} />
        : <NotLive last={last} />}
      <Legend />
      <LogHealthNotice notice={logNotice} />
    </>
  );
}

interface NowProps {
  card: Signal<Card>;
  model: LiveModel;
  thresholds: MagnitudeThresholds;
  isPaused: ReadonlySignal<boolean>;
}

function Now({ card: newest, model, thresholds, isPaused }: NowProps) {
  const card = useStill(newest, isPaused);
  const nowMs = useStill(model.nowMs, isPaused);
  const phone = { card, nowMs, window: model.window };
  const resultAtMs = useComputed(() => newest.value.current ? newest.value.arrivedAtMs : null);
  const { deviceId, current, ended } = card.value;
  return (
    <div class="device-live">
      <article class={`card ${ended ? "ended" : ""}`} aria-label="Result">
        <header>
          <State {...phone} />
          <Freshness {...phone} />
        </header>
        <Figures result={current} />
        <Arrivals {...phone} />
        <Lines card={card} nowMs={nowMs} thresholds={thresholds} />
        <SilenceNote {...phone} />
        <StrayNote {...phone} />
      </article>
      <RawTrace deviceId={deviceId} resultAtMs={resultAtMs} nowMs={model.nowMs} isPaused={isPaused} />
    </div>
  );
}

/** The signal's value; while paused, the one it had then. */
function useStill<T>(source: ReadonlySignal<T>, isPaused: ReadonlySignal<boolean>): ReadonlySignal<T> {
  const [still] = useState(() => {
    let kept = source.peek();
    return computed(() => isPaused.value ? kept : kept = source.value);
  });
  // Read at least once at the pause, so that it is the newest value that is kept.
  useEffect(() => still.subscribe(() => {}), []);
  return still;
}

function SessionLink(
  { model, deviceId, last }: { model: LiveModel } & Pick<DeviceLiveProps, "deviceId" | "last">,
) {
  const isLive = model.order.value.includes(deviceId);
  const sessionId = isLive ? model.card(deviceId).value.sessionId : last?.sessionId;
  if (sessionId === undefined) return null;
  const path = `/sessions/${encodeURIComponent(sessionId)}?${new URLSearchParams({ deviceId })}`;
  return <a class="button" href={path}>{isLive ? "Session" : "Last session"}</a>;
}

function NotLive({ last }: Pick<DeviceLiveProps, "last">) {
  return (
    <div class="empty-state">
      <p>
        This phone sends nothing now{last?.endedAt != null && (
          <>
            ; it was last heard from at <Time ms={last.endedAt} />
          </>
        )}. Start recording on it, and what its bearer does appears here by itself.
      </p>
    </div>
  );
}
