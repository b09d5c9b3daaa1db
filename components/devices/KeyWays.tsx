import type { ComponentChildren } from "preact";
import type { PairingAddress } from "../../web/pairing.ts";
import type { Device } from "../../web/services.ts";
import { CopyText } from "../CopyText.tsx";
import { curlLine } from "./pairing_words.ts";
import { QrAddresses } from "./Qr.tsx";

/** What the server tells once about a new key. */
export interface IssuedKey {
  device: Device;
  key: string;
  /** Sensor Logger's push URLs, the likeliest first. */
  pairing: PairingAddress[];
  /** The experiment file as phyphox opens it. */
  phyphox: PairingAddress[];
}

export interface KeyWaysProps {
  /** null: none was made here. */
  issued: IssuedKey | null;
  /** Whether making one ends another. */
  hasKey: boolean;
  isBusy: boolean;
  failure: string;
  onMake(): void;
}

/** One way of sending; at most one is open. */
export function Way(
  { title, hint, isOpen, children }: {
    title: string;
    hint: string;
    isOpen?: boolean;
    children: ComponentChildren;
  },
) {
  return (
    <details class="way-in" name="way-in" open={isOpen}>
      <summary>
        <span>
          <b>{title}</b>
          <small>{hint}</small>
        </span>
      </summary>
      <div>{children}</div>
    </details>
  );
}

/** The ways that put a key into an app or a program. */
export function KeyWays(props: KeyWaysProps) {
  const { issued } = props;
  if (issued === null) {
    return (
      <>
        <Way title="Sensor Logger" hint="app for Android and iPhone">
          <MakeKey {...props} />
        </Way>
        <Way title="phyphox" hint="app for Android and iPhone">
          <MakeKey {...props} />
        </Way>
        <Way title="A program" hint="anything that speaks HTTP">
          <MakeKey {...props} />
        </Way>
      </>
    );
  }
  return (
    <>
      <Way title="Sensor Logger" hint="app for Android and iPhone">
        <SensorLogger list={issued.pairing} />
      </Way>
      <Way title="phyphox" hint="app for Android and iPhone">
        <Phyphox list={issued.phyphox} />
      </Way>
      <Way title="A program" hint="anything that speaks HTTP">
        <Program issued={issued} />
      </Way>
    </>
  );
}

function MakeKey({ hasKey, isBusy, failure, onMake }: KeyWaysProps) {
  return (
    <>
      <p>
        {hasKey
          ? "It needs a key, and the present one ends at once: what sends with it is refused until it has the new one."
          : "It needs a key, which is shown once and is good for this phone alone."}
      </p>
      {failure !== "" && <p class="hint warn" role="alert">{failure}</p>}
      <p>
        <button type="button" disabled={isBusy} onClick={onMake}>
          {hasKey ? "Replace the key" : "Make a key"}
        </button>
      </p>
    </>
  );
}

const Once = () => (
  <p class="hint">
    The address holds the key and is shown only now: whoever has it can send readings as this phone.
  </p>
);

function SensorLogger({ list }: { list: PairingAddress[] }) {
  return (
    <>
      <ol class="steps">
        <li>
          In Sensor Logger open the settings (gear), then <b>Data Streaming</b>, and switch on{" "}
          <b>Enable HTTP Push</b>.
        </li>
        <li>
          Set <b>Push URL</b> to this address: scan it to copy it on the phone.
          <QrAddresses list={list} what="push URL" />
        </li>
        <li>
          Press <b>Tap to Test Pushing</b>, choose <b>Accelerometer</b>{" "}
          alone (or Total Acceleration), and start a recording.
        </li>
      </ol>
      <Once />
    </>
  );
}

function Phyphox({ list }: { list: PairingAddress[] }) {
  return (
    <>
      <ol class="steps">
        <li>
          In phyphox press <b>+</b>, choose <b>Add experiment from QR code</b>, and scan:
          <QrAddresses list={list} what="phyphox experiment" />
        </li>
        <li>
          Open the experiment <b>Activity Tracker</b> and press play: it sends once a second.
        </li>
      </ol>
      <p class="hint">phyphox keeps nothing: readings are lost while the network is away.</p>
      <Once />
    </>
  );
}

function Program({ issued: { key, pairing: [{ url }] } }: { issued: IssuedKey }) {
  const { origin, pathname } = new URL(url);
  const line = (atMs: number) => curlLine(origin + pathname, atMs);
  return (
    <>
      <p>Post readings of the accelerometer in m/s², a few seconds of them at a time. One of them:</p>
      <CopyText label="curl command" text={line(Date.now())} fresh={() => line(Date.now())} />
      <p>
        Or only the key, to be sent as <code>Authorization: Bearer …</code> or <code>X-API-Key: …</code> to
        {" "}
        <code>/sensor-data</code>:
      </p>
      <CopyText label="key" text={key} />
      <Once />
    </>
  );
}
