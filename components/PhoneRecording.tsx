import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatConfidence } from "../islands/live/format.ts";
import type { Own } from "../islands/phone/own.ts";
import type { Recorder } from "../islands/phone/recorder.ts";
import { drawTrace } from "../islands/phone/trace.ts";
import { ActivityMark } from "./ActivityMark.tsx";
import { formatDuration } from "./format_time.ts";
import { TroubleNote } from "./PhoneWelcome.tsx";

/** The line is drawn so often, ms: smooth enough, and a sixth of the screen's work. */
const DRAW_MS = 100;
/** A rate that changes faster cannot be read, ms. */
const RATE_MS = 1000;
/** A sensor that has not shown any movement for so long may not work, ms. */
const MOVE_AFTER_MS = 4000;

/** While recording: what the phone measures, what the server makes of it, and whether everything arrives. */
export function PhoneRecording({ recorder, own }: { recorder: Recorder; own: Signal<Own | null> }) {
  const { pairing } = recorder;
  return (
    <div class="phone">
      <h1>{pairing.value!.name ?? pairing.value!.deviceId}</h1>
      <State own={own.value} />
      <Trace recorder={recorder} />
      <Delivery recorder={recorder} />
      <Attention recorder={recorder} />
      <button type="button" class="start" onClick={() => recorder.stop()}>Stop</button>
    </div>
  );
}

function State({ own }: { own: Own | null }) {
  return (
    <p class="own" role="status">
      {own
        ? (
          <>
            <ActivityMark activity={own.activity} />
            <strong>{own.activity}</strong>
            {own.activity !== "unknown" && <span>{formatConfidence(own.confidence)}</span>}
          </>
        )
        : <span>recording</span>}
    </p>
  );
}

function Trace({ recorder }: { recorder: Recorder }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rate = useSignal("");
  const canMove = useSignal(true);
  useEffect(() => {
    const startMs = Date.now();
    const drawing = setInterval(() => {
      if (recorder.hiddenSinceMs.peek() === null) drawTrace(canvas.current!, recorder.movement, Date.now());
    }, DRAW_MS);
    const counting = setInterval(() => {
      const nowMs = Date.now();
      rate.value = `${Math.round(recorder.movement.rateHz(nowMs))}`;
      canMove.value = recorder.movement.hasMoved(nowMs) || nowMs - startMs < MOVE_AFTER_MS;
    }, RATE_MS);
    return () => {
      clearInterval(drawing);
      clearInterval(counting);
    };
  }, []);
  return (
    <figure>
      <canvas ref={canvas} class="trace" role="img" aria-label="Acceleration of the last 10 seconds" />
      <figcaption>
        Last 10 s: acceleration, <b>{rate.value || "–"}</b> readings a second
      </figcaption>
      <p class="hint" role="status">{canMove.value ? "" : "Move the phone: the line should move with it."}</p>
    </figure>
  );
}

function Delivery({ recorder }: { recorder: Recorder }) {
  const { messages } = recorder.waiting.value;
  const state = recorder.sender.value;
  const waiting = `${formatDuration(messages * 1000)} of readings`;
  if (state.kind === "locked") {
    return (
      <p class="delivery warn" role="alert">
        <b>The server does not take readings from this phone any more.</b> {state.why} {waiting}{" "}
        are kept here and are sent as soon as it is paired again: scan a new code on the computer's Devices
        page.
      </p>
    );
  }
  if (state.kind === "waiting") {
    return (
      <p class="delivery warn" role="status">
        <b>Kept on this phone:</b> {waiting}, because {state.why}. They are sent by themselves later.
      </p>
    );
  }
  return (
    <p class="delivery" role="status">
      {messages > 2 ? `Sending: ${waiting} to go` : "Everything recorded is with the server"}
    </p>
  );
}

function Attention({ recorder }: { recorder: Recorder }) {
  const { refused, why, tooOld, full } = recorder.lost.value;
  const hiddenMs = recorder.hiddenMs.value;
  return (
    <div class="attention">
      <TroubleNote trouble={recorder.trouble.value} />
      {!recorder.isAwake.value && (
        <p class="hint">
          This browser does not keep the screen on: set it to stay on, since readings stop when it goes off.
        </p>
      )}
      {hiddenMs >= 1000 && (
        <p class="hint">
          Paused for {formatDuration(hiddenMs)}{" "}
          while this page was hidden: browsers read motion only when they are seen.
        </p>
      )}
      {full > 0 && (
        <p class="hint warn">
          {formatDuration(full * 1000)} of readings could not be kept: there is no room left here.
        </p>
      )}
      {tooOld > 0 && (
        <p class="hint warn">
          {formatDuration(tooOld * 1000)} of readings grew too old for the server and were dropped.
        </p>
      )}
      {refused > 0 && <p class="hint warn">The server refused {refused} messages for good: {why}</p>}
    </div>
  );
}
