import { CopyText } from "./CopyText.tsx";
import { Icon } from "./Icon.tsx";
import { TryDemo } from "./TryDemo.tsx";

/** How this server is reached. */
export interface Addresses {
  /** As this browser reaches it, for example "http://localhost:8000". */
  local: string;
  /** Whether phones on the network can. */
  isReachable: boolean;
  /** Whether readings need a phone's key. */
  needsKey: boolean;
}

/** The Devices page with its dialog open. */
const PAIR_PATH = "/devices?pair=1";

export interface WaysInProps {
  addresses: Addresses;
  /** For the example, ms since the Unix epoch. */
  nowMs: number;
  /** Viewers can neither pair a phone nor start the demo. */
  canEdit: boolean;
}

/** The three ways to the first reading, side by side. */
export function WaysIn({ addresses, nowMs, canEdit }: WaysInProps) {
  const example = (atMs: number) => curlExample(addresses, atMs);
  return (
    <div class="ways">
      <section class="way" aria-labelledby="way-phone">
        <h2 id="way-phone">
          <Icon name="phone" />
          Use your phone
        </h2>
        <YourPhone isReachable={addresses.isReachable} canEdit={canEdit} />
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
          {addresses.needsKey && "KEY is what Pair a phone makes under curl. "}
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
        {canEdit ? <TryDemo /> : <p class="hint">An admin can start it.</p>}
      </section>
    </div>
  );
}

function YourPhone({ isReachable, canEdit }: { isReachable: boolean; canEdit: boolean }) {
  if (!isReachable) {
    return (
      <>
        <p>
          The server listens on this machine only, so phones cannot reach it yet. Stop it and start it with:
        </p>
        <CopyText label="start command" text="deno task start --lan" />
        <p class="hint">Then reload this page. Phone and machine must be in the same network.</p>
      </>
    );
  }
  return (
    <>
      <p>Scan a code with the phone's camera and press Start: its browser is enough.</p>
      {canEdit
        ? (
          <p>
            <a class="button primary" href={PAIR_PATH}>Pair a phone</a>
          </p>
        )
        : <p class="hint">An admin can show you the code.</p>}
      <p class="hint">There are codes for the apps Sensor Logger and phyphox too.</p>
    </>
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
