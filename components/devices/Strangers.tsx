import type { Stranger } from "../../web/services.ts";
import { escapeControls } from "../DeadLetterTable.tsx";
import { Time } from "../Time.tsx";
import { Excerpt } from "./DeviceCard.tsx";

/** Who was refused and is no known device: often a phone with a wrong key. */
export function Strangers({ list }: { list: Stranger[] }) {
  if (list.length === 0) return null;
  return (
    <section class="panel strangers" aria-labelledby="strangers">
      <h2 id="strangers">Refused, and no known device</h2>
      <p class="hint">
        As seen by this process since its start, the newest 100. A phone with a wrong or old key appears here:
        pair it again.
      </p>
      <StrangerList list={list} />
    </section>
  );
}

/** One each, with what they sent. */
export function StrangerList({ list }: { list: Stranger[] }) {
  return (
    <ul>
      {list.map(({ deviceId, agent, status, count, at, reason, excerpt }) => (
        <li key={`${deviceId}\n${agent}\n${status}`}>
          <h3>
            {deviceId !== null
              ? escapeControls(deviceId)
              : agent !== null
              ? escapeControls(agent)
              : "unknown sender"}
          </h3>
          <p class="hint">
            {deviceId !== null && agent !== null && <span>{escapeControls(agent)}</span>}
            <span>{count === 1 ? "once" : `${count} times`}</span>
            <span>
              last <Time ms={at} />
            </span>
            <span>{`status ${status}`}</span>
          </p>
          <p>{escapeControls(reason)}</p>
          {excerpt !== "" && <Excerpt text={excerpt} />}
        </li>
      ))}
    </ul>
  );
}
