import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatConfidence } from "../islands/live/format.ts";
import type { Own } from "../islands/phone/own.ts";
import type { Recorder } from "../islands/phone/recorder.ts";
import { drawTrace } from "../islands/phone/trace.ts";
import { ActivityMark } from "./ActivityMark.tsx";
import { formatDuration } from "./format_time.ts";
import { PhoneDelivery } from "./PhoneDelivery.tsx";
import { TroubleNote } from "./PhoneWelcome.tsx";

/** The line is drawn so often, ms: smooth enough, and a sixth of the screen's work. */
const DRAW_MS = 100;
/** A rate that changes faster cannot be read, ms. */
const RATE_MS = 1000;
/** A sensor that has not shown any movement for so long may not work, ms. */
const MOVE_AFTER_MS = 4000;

/** While recording: what the phone measures, what the server makes of it, and whether everything arrives. */
export function PhoneRecording({ recorder, own }: { recorder: Recorder; own: Signal<Own | null> }) {
  const { pairing, sender, waiting, trouble } = recorder;
  const hasSensor = trouble.value !== "noSensor";
  return (
    <div class="phone">
      <h1>{pairing.value!.name ?? pairing.value!.deviceId}</h1>
      <State own={own.value} hasSensor={hasSensor} />
      <Trace recorder={recorder} hasSensor={hasSensor} />
      {/* Above all that comes and goes: a thumb must find it where it was. */}
      <button type="button" class="start" onClick={() => recorder.stop()}>Stop</button>
      {hasSensor && <PhoneDelivery state={sender.value} messages={waiting.value.messages} />}
      <Attention recorder={recorder} />
    </div>
  );
}

/** The word is read aloud when it changes, the figure is not. */
function State({ own, hasSensor }: { own: Own | null; hasSensor: boolean }) {
  return (
    <p class="own">
      {own && <ActivityMark activity={own.activity} />}
      <strong role="status">{own ? own.activity : hasSensor ? "recording" : "no readings"}</strong>
      {own && own.activity !== "unknown" && <span>{formatConfidence(own.confidence)}</span>}
    </p>
  );
}

function Trace({ recorder, hasSensor }: { recorder: Recorder; hasSensor: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rate = useSignal("");
  const canMove = useSignal(true);
  useEffect(() => {
    const startMs = Date.now();
    // Of its own, since a tick may come between the canvas's end and this effect's.
    const line = canvas.current!;
    const drawing = setInterval(() => {
      if (recorder.hiddenSinceMs.peek() === null) drawTrace(line, recorder.movement, Date.now());
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
        <span>Acceleration, last 10 s</span>
        <span>
          <b>{rate.value || "–"}</b> readings a second
        </span>
      </figcaption>
      <p class="hint" role="status">
        {canMove.value || !hasSensor ? "" : "Move the phone: the line should move with it."}
      </p>
    </figure>
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
        <p class="notice">
          {formatDuration(full * 1000)} of readings could not be kept: there is no room left here.
        </p>
      )}
      {tooOld > 0 && (
        <p class="notice">
          {formatDuration(tooOld * 1000)} of readings grew too old for the server and were dropped.
        </p>
      )}
      {refused > 0 && <p class="notice">The server refused {refused} messages for good: {why}</p>}
    </div>
  );
}
