import type { ComponentChildren } from "preact";
import { formatBytes, formatCount } from "../islands/live/format.ts";
import type { SystemDetails, TopicDetails } from "../web/services.ts";
import { formatDuration } from "./format_time.ts";

/** The small print of the Status page: closed until someone wants to know. */
export function StatusDetails({ details }: { details: SystemDetails }) {
  const { topics, storage, versions, roles, settings } = details;
  return (
    <section class="status-details" aria-labelledby="status-details">
      <h2 id="status-details">Details</h2>
      <Disclosure summary="Topics" short={topicsShort(topics)}>
        {topics.map((topic) => <Topic key={topic.name} topic={topic} />)}
      </Disclosure>
      <Disclosure summary="Storage" short={storageShort(storage)}>
        <Facts
          facts={[
            ["folder", storage.dataDir],
            ...storage.files.map(({ name, bytes }): Fact => [name, sizeOf(bytes)]),
            [
              "free on the disk",
              storage.freeBytes === null ? "the system does not tell" : sizeOf(storage.freeBytes),
            ],
            ["readings are kept for", formatDays(storage.retentionMs)],
            ["or until a topic has", sizeOf(storage.retentionBytes)],
          ]}
        />
        <p class="hint">
          RETENTION_MS and RETENTION_BYTES set how long; with Kafka, the topics' own settings do.
        </p>
      </Disclosure>
      <Disclosure summary="Versions and roles" short={roles.join(", ")}>
        <Facts
          facts={[
            ["thresholds", `version ${versions.thresholds}`],
            ["Deno", versions.deno],
            ["V8", versions.v8],
            ["this process does", roles.join(", ")],
          ]}
        />
      </Disclosure>
      <Disclosure summary="Settings" short="secrets left out">
        <div class="copy">
          <code tabIndex={0} aria-label="Settings">{settings}</code>
        </div>
        <p class="hint">
          As <code>deno task start --print-config</code> prints them; after # where each comes from.
        </p>
      </Disclosure>
    </section>
  );
}

function Disclosure(
  { summary, short, children }: { summary: string; short: string; children: ComponentChildren },
) {
  return (
    <details>
      <summary>
        <span>{summary}</span>
        <small>{short}</small>
      </summary>
      <div>{children}</div>
    </details>
  );
}

function Topic({ topic: { name, partitions } }: { topic: TopicDetails }) {
  const hasLag = partitions.some(({ lagRecords }) => lagRecords !== null);
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={name}>
      <table class="table">
        <caption>{name}</caption>
        <thead>
          <tr>
            <th scope="col">partition</th>
            {hasLag && <th scope="col" class="number">waiting</th>}
            <th scope="col" class="number">kept</th>
            <th scope="col" class="number">oldest offset</th>
            <th scope="col" class="number">end offset</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map(({ begin, end, lagRecords }, partition) => (
            <tr key={partition}>
              <th scope="row">{partition}</th>
              {hasLag && <td class="number">{lagRecords === null ? "–" : formatCount(lagRecords)}</td>}
              <td class="number">{formatCount(end - begin)}</td>
              <td class="number">{formatCount(begin)}</td>
              <td class="number">{formatCount(end)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Fact = [label: string, value: string];

function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function topicsShort(topics: TopicDetails[]): string {
  const kept = topics.flatMap(({ partitions }) => partitions).reduce(
    (sum, { begin, end }) => sum + end - begin,
    0,
  );
  return `${formatCount(kept)} records kept`;
}

function storageShort({ files, freeBytes }: SystemDetails["storage"]): string {
  const used = sizeOf(files.reduce((sum, { bytes }) => sum + bytes, 0));
  return freeBytes === null ? `${used} used` : `${used} used, ${sizeOf(freeBytes)} free`;
}

/** Disks are told in GB. */
const sizeOf = (bytes: number) => bytes < 1e9 ? formatBytes(bytes) : `${(bytes / 1e9).toFixed(1)}\u00a0GB`;

const DAY_MS = 86_400_000;
const formatDays = (ms: number) => ms % DAY_MS === 0 ? `${ms / DAY_MS} days` : formatDuration(ms);
