import type { ReadonlySignal } from "@preact/signals";
import { formatCount } from "../islands/live/format.ts";
import {
  deadLetterWords,
  type LogNotice,
  lostWords,
  totalLag,
  waitingWords,
} from "../islands/live/log_watch.ts";
import type { LogHealth } from "../web/services.ts";
import { Icon } from "./Icon.tsx";

/**
 * What is wrong with the log or late, and what to check; nothing when all is well. It is the last thing of the page and sticks to
 * the window's lower edge, so that it is seen and moves nothing when it comes.
 */
export function LogHealthNotice({ notice }: { notice: ReadonlySignal<LogNotice | null> }) {
  if (notice.value === null) return null;
  const { trouble, behind, lostRecords, deadLetters } = notice.value;
  return (
    <section class="log-notice" aria-label="Log">
      {trouble !== null && <Warning text={trouble} />}
      {lostRecords > 0 && (
        <Warning
          text={`${lostWords(lostRecords)}. Keep them longer: raise RETENTION_MS and RETENTION_BYTES, ` +
            "or with Kafka the topic's retention.ms and retention.bytes."}
        />
      )}
      {behind && <Lag partitions={behind} />}
      {deadLetters > 0 && <a href="/dead-letters">{deadLetterWords(deadLetters)}</a>}
    </section>
  );
}

function Warning({ text }: { text: string }) {
  return (
    <p class="note warn">
      <Icon name="warning" />
      <span>{text}</span>
    </p>
  );
}

function Lag({ partitions }: { partitions: LogHealth["partitions"] }) {
  return (
    <details>
      <summary>{waitingWords(totalLag(partitions))}</summary>
      <p class="hint">
        They are kept, their results only come late. If the number does not fall, readings come faster than
        they are classified, or classifying has stopped: look into the server's log. With Kafka more processes
        with <code>--roles stream</code> share the work, up to one a partition.
      </p>
      <table class="lags">
        <caption class="sr-only">Waiting per partition</caption>
        <thead>
          <tr>
            <th scope="col">partition</th>
            <th scope="col">waiting</th>
            <th scope="col">oldest offset</th>
            <th scope="col">end offset</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map(({ partition, begin, end, lagRecords }) => (
            <tr key={partition} class={lagRecords > 0 ? "" : "idle"}>
              <th scope="row">{partition}</th>
              <td>{formatCount(lagRecords)}</td>
              <td>{formatCount(begin)}</td>
              <td>{formatCount(end)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
