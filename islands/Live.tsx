import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Connection } from "../components/Connection.tsx";
import { LogHealthNotice } from "../components/LogHealthNotice.tsx";
import { LivePhones } from "../components/LivePhones.tsx";
import { StripPattern } from "../components/Strip.tsx";
import { type Addresses, WaysIn } from "../components/WaysIn.tsx";
import type { MagnitudeThresholds } from "./live/chart.ts";
import { formatCount, formatLag } from "./live/format.ts";
import { LiveModel, MAX_SHOWN, type ModelInit, SNAPSHOT_RECENT_MS } from "./live/model.ts";
import { useLive } from "./live/use_live.ts";
import { useShortcuts } from "./shortcuts.ts";

const FEED = { recentMs: SNAPSHOT_RECENT_MS, limit: MAX_SHOWN };

export interface LiveProps {
  init: ModelInit;
  addresses: Addresses;
  /** Where the live stream goes on after `init`. */
  position: string;
  /** Drawn into the charts. */
  thresholds: MagnitudeThresholds;
  canEdit: boolean;
}

/** The Live page: who is doing what now, or how to get there. */
export default function Live({ init, addresses, thresholds, position, canEdit }: LiveProps) {
  const [model] = useState(() => new LiveModel(init));
  const isPaused = useSignal(false);
  const pause = () => void (isPaused.value = !isPaused.value);
  useShortcuts([{ keys: "p", what: "pause or go on", run: pause }]);
  const { lostSinceMs, logNotice, announcement, announcer } = useLive(model, position, FEED, isPaused);
  const wasEmpty = useRef(false);
  const hadFocus = useRef(false);

  useEffect(() => {
    const note = () => void (hadFocus.current = true);
    document.addEventListener("focusin", note, { once: true });
    return () => document.removeEventListener("focusin", note);
  }, []);

  const empty = useComputed(() => model.summary.value.known === 0).value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The button that started the first phone is gone: without this the keyboard would start at the top again.
    const lost = hadFocus.current && document.activeElement === document.body;
    if (!empty && wasEmpty.current && lost) heading.current?.focus();
    wasEmpty.current = empty;
  }, [empty]);
  const ways = <WaysIn addresses={addresses} nowMs={init.nowMs} canEdit={canEdit} />;
  return (
    <>
      <header class="bar">
        <h1 ref={heading} tabIndex={-1}>{empty ? "No phone yet" : <Headline model={model} />}</h1>
        {!empty && <Lag model={model} />}
        {!empty && (
          <button type="button" aria-pressed={isPaused.value} onClick={pause}>
            {isPaused.value ? "Go on" : "Pause"}
          </button>
        )}
        {isPaused.value
          ? <span class="connection">paused</span>
          : <Connection lostSinceMs={lostSinceMs} nowMs={model.nowMs} />}
      </header>
      <p class="sr-only" role="status">{announcement}</p>
      {empty
        ? (
          <>
            <p class="lead">
              Send accelerometer readings and see here, live, who is standing still, walking or running.
              Choose a way to start:
            </p>
            {ways}
          </>
        )
        : (
          <>
            <StripPattern />
            <LivePhones model={model} thresholds={thresholds} onNews={(news) => announcer.say(news)} />
            <details class="more">
              <summary>Add another phone</summary>
              {ways}
            </details>
          </>
        )}
      <LogHealthNotice notice={logNotice} />
    </>
  );
}

function Headline({ model }: { model: LiveModel }) {
  const { live, silent } = model.summary.value;
  const phones = `${formatCount(live)} ${live === 1 ? "phone" : "phones"} live`;
  return (
    <>
      {phones}
      {silent > 0 && (
        <>
          , <span class="silent">{formatCount(silent)} silent</span>
        </>
      )}
    </>
  );
}

function Lag({ model }: { model: LiveModel }) {
  const text = useComputed(() => {
    const { lagMs } = model.summary.value;
    return lagMs === null ? "" : `results ${formatLag(lagMs)} behind`;
  });
  return (
    <span class="lag" title="From the end of a window to its result on this page, median over the phones">
      {text}
    </span>
  );
}
