import type { ComponentChildren } from "preact";
import type { Part, PartState, SystemStatus } from "../web/status.ts";
import { Icon } from "./Icon.tsx";
import { StatusDetails } from "./StatusDetails.tsx";
import { Time } from "./Time.tsx";

const TITLES: Record<Part["id"], string> = {
  log: "Log",
  classification: "Classification",
  pages: "Pages",
  deadLetters: "Dead letters",
  mqtt: "MQTT",
  snowflake: "Snowflake",
};
const WORDS: Record<PartState, string> = { ok: "fine", busy: "busy", off: "off", wrong: "needs you" };

/** One row per moving part: fine, or what to do. */
export function StatusList(
  { status: { parts, details, atMs }, isLost }: { status: SystemStatus; isLost: boolean },
) {
  const wrong = parts.filter(({ state }) => state === "wrong").length;
  return (
    <>
      <h1>{wrong === 0 ? "Everything is fine" : `${wrong} of ${parts.length} parts need you`}</h1>
      <p class="lead">
        As of <Time ms={atMs} />
        {isLost ? ". The server does not answer: this is what it said last." : ", renewed every 5 s."}
      </p>
      <ul class="parts">
        {parts.map((part) => (
          <li key={part.id} class={`part ${part.state}`}>
            <h2>{TITLES[part.id]}</h2>
            <p class="state">
              <Icon name={part.state === "wrong" ? "warning" : part.state === "ok" ? "check" : "dots"} />
              {WORDS[part.state]}
            </p>
            <div class="said">
              <p>{part.text}</p>
              <More part={part} />
            </div>
          </li>
        ))}
      </ul>
      <StatusDetails details={details} />
      <section class="more-ways">
        <h2>Take it elsewhere</h2>
        <Dashboards />
      </section>
    </>
  );
}

function More({ part: { id, state } }: { part: Part }) {
  if (id === "deadLetters" && state !== "ok") {
    return (
      <p>
        <a href="/dead-letters">Look at them, send them in again or discard them</a>
      </p>
    );
  }
  return id === "snowflake" && state === "off" ? <SwitchOn /> : null;
}

function SwitchOn() {
  return (
    <details>
      <summary>How to switch it on</summary>
      <ol>
        <li>
          Make a key, and the tables, user and role for it, in a Snowflake worksheet:
          <Command>
            {"openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes256 -out rsa_key.p8\n" +
              "openssl rsa -in rsa_key.p8 -pubout -out rsa_key.pub\n" +
              "deno task snowflake:ddl --public-key rsa_key.pub"}
          </Command>
        </li>
        <li>
          Start the server with these settings (<code>deno task snowflake:check</code>{" "}
          tells whether they are right):
          <Command>
            {"SNOWFLAKE_ACCOUNT=ORGANISATION-ACCOUNT\nSNOWFLAKE_PRIVATE_KEY_PATH=./rsa_key.p8\n" +
              "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE=…"}
          </Command>
        </li>
      </ol>
      <p class="hint">
        No account? <code>deno task snowflake:local</code>{" "}
        starts something that behaves like one, and prints the settings for it.
      </p>
    </details>
  );
}

function Command({ children }: { children: ComponentChildren }) {
  return (
    <div class="copy">
      <code tabIndex={0}>{children}</code>
    </div>
  );
}

function Dashboards() {
  return (
    <>
      <p>
        Grafana dashboards on the Snowflake tables: in Grafana choose Dashboards → New → Import and upload the
        file for your Snowflake plugin.
      </p>
      <p class="links">
        <a class="button" href="/grafana/activity-official.json" download>Export Grafana dashboard</a>
        <a class="button" href="/grafana/activity-community.json" download>For the community plugin</a>
        <a class="button" href="/grafana/operations.json" download>For Prometheus</a>
      </p>
    </>
  );
}
