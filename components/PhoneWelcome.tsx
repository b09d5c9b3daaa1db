import type { Recorder, Trouble } from "../islands/phone/recorder.ts";
import { PhoneDelivery } from "./PhoneDelivery.tsx";

const TROUBLES: Record<Trouble, string> = {
  insecure:
    "Browsers read motion only over HTTPS. On the computer start the server with --lan, then open the address it prints, which begins with https://, or scan the code that Devices shows.",
  missing: "This browser cannot read motion. Open this page in Chrome, Firefox or Safari on a phone.",
  denied:
    "Motion was not allowed. Allow it in the browser's settings for this page (Safari: aA, Website Settings; Chrome: the lock, Permissions), then press the button again.",
  needsTap: "Press the button: this browser wants a tap before it reads motion.",
  noSensor: "This device has no motion sensor, so there is nothing to record. Open this page on a phone.",
  otherTab: "Another tab is recording already. Go on there, or close it and press the button here.",
  noDatabase:
    "The browser keeps nothing here, so readings could be lost: leave the private window, or allow this page to store data.",
};

/** What a trouble means and what to do. */
export function TroubleNote({ trouble }: { trouble: Trouble | null }) {
  return <div role="alert">{trouble && <p class="notice">{TROUBLES[trouble]}</p>}</div>;
}

/** What it shows of the recorder. */
export type WelcomeProps = {
  recorder: Pick<Recorder, "phase" | "trouble" | "pairing" | "waiting" | "sender" | "start">;
  pairingError: string | null;
};

/** Before recording: pair, then press start. */
export function PhoneWelcome({ recorder, pairingError }: WelcomeProps) {
  const { phase, trouble, pairing, waiting, sender } = recorder;
  const { messages } = waiting.value;
  const { kind } = sender.value;
  const canStart = phase.value === "ready" || phase.value === "resuming";
  return (
    <div class="phone">
      <h1>{pairing.value ? pairing.value.name ?? pairing.value.deviceId : "Your phone as a sensor"}</h1>
      <div role="alert">{pairingError && <p class="notice">{pairingError}</p>}</div>
      {phase.value === "opening" && trouble.value === null && <p class="lead">Opening…</p>}
      {phase.value === "unpaired" && <HowToPair />}
      {canStart && trouble.value !== "otherTab" && (
        <p class="lead">
          {phase.value === "resuming"
            ? "The recording was interrupted. It goes on where it was."
            : "Press Start, put the phone where you carry it, in a pocket or in your hand, and keep this page open."}
        </p>
      )}
      {canStart && (
        <button type="button" class="primary start" onClick={() => recorder.start()}>
          {trouble.value === "otherTab" ? "Record here" : phase.value === "resuming" ? "Go on" : "Start"}
        </button>
      )}
      <TroubleNote trouble={trouble.value} />
      {kind === "locked" || kind === "waiting"
        ? <PhoneDelivery state={sender.value} messages={messages} />
        : messages > 0 && (
          <p class="hint">
            {messages} {messages === 1 ? "second" : "seconds"} of readings wait here to be sent.
          </p>
        )}
    </div>
  );
}

function HowToPair() {
  return (
    <>
      <p class="lead">This phone is not paired yet.</p>
      <ol class="steps">
        <li>
          On the computer open <strong>Devices</strong> and choose <strong>Pair a phone</strong>.
        </li>
        <li>Scan the code it shows with this phone's camera. It opens this page again.</li>
        <li>
          Press <strong>Start</strong>.
        </li>
      </ol>
    </>
  );
}
