import { AddPhone, type AddPhoneProps } from "./AddPhone.tsx";
import { CopyText } from "./CopyText.tsx";
import { Icon } from "./Icon.tsx";
import { TryDemo } from "./TryDemo.tsx";

/** How this server is reached. */
export interface Addresses {
  /** As this browser reaches it, for example "http://localhost:8000". */
  local: string;
  /** As phones on the network reach it; empty when it listens on this machine only. */
  lan: string[];
  /** Whether readings need a phone's key. */
  needsKey: boolean;
}

export interface WaysInProps {
  addresses: Addresses;
  /** For the example, ms since the Unix epoch. */
  nowMs: number;
  added: AddPhoneProps["added"];
  onAdded: AddPhoneProps["onAdded"];
}

/** The three ways to the first reading, side by side. */
export function WaysIn({ addresses, nowMs, added, onAdded }: WaysInProps) {
  const example = (atMs: number) => curlExample(addresses, atMs);
  return (
    <div class="ways">
      <section class="way" aria-labelledby="way-phone">
        <h2 id="way-phone">
          <Icon name="phone" />
          Use your phone
        </h2>
        <p>Any phone with the app Sensor Logger (iOS, Android).</p>
        <AddPhone addresses={addresses} added={added} onAdded={onAdded} />
      </section>
      <section class="way" aria-labelledby="way-http">
        <h2 id="way-http">
          <Icon name="terminal" />
          Send from a program
        </h2>
        <p>
          Anything that speaks HTTP. Post the accelerometer's readings, up to a few seconds of them at a time,
          in m/s²:
        </p>
        <CopyText label="curl command" text={example(nowMs)} fresh={() => example(Date.now())} />
        <p class="hint">
          {addresses.needsKey && "KEY is the end of the URL you get for a new phone. "}
          Times are in ms since 1970. The first result follows after about 8 s of readings;{" "}
          <code>deno task replay</code> sends whole recordings.
        </p>
      </section>
      <section class="way" aria-labelledby="way-demo">
        <h2 id="way-demo">
          <Icon name="play" />
          No phone at hand?
        </h2>
        <p>
          Plays a recording of a person standing, walking and running into this server, as a phone would send
          it.
        </p>
        <TryDemo />
      </section>
    </div>
  );
}

function curlExample({ local, needsKey }: Addresses, atMs: number): string {
  const key = needsKey ? " -H 'X-API-Key: KEY'" : "";
  return `curl ${local}/sensor-data${key} \\
  -H 'Content-Type: application/json' \\
  -d '{
  "messageId": "${atMs}",
  "sessionId": "first-try",
  "deviceId": "curl",
  "sensorReadings": [{
    "name": "accelerometer",
    "timestamp": ${atMs},
    "values": [0.1, 0.3, 9.8]
  }]
}'`;
}
