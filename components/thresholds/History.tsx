import type { HistoryPage } from "../../islands/thresholds/api.ts";
import { type Change, changesOf } from "../../islands/thresholds/differences.ts";
import { inForceIn } from "../../islands/thresholds/model.ts";
import { sameValues } from "../../stream/thresholds.ts";
import type { ThresholdsState } from "../../web/services.ts";
import { Time } from "../Time.tsx";
import type { ReadyChange } from "./ChangeDialog.tsx";
import { Compare } from "./Compare.tsx";
import { audienceOf, withUnit } from "./words.ts";

interface HistoryProps {
  page: HistoryPage;
  state: ThresholdsState;
  names: Record<string, string>;
  canEdit: boolean;
  onChange(change: ReadyChange): void;
  /** Loads older ones. */
  onOlder(): void;
}

/** Who changed what, when and why, newest first. */
export function History({ page, state, names, canEdit, onChange, onOlder }: HistoryProps) {
  return (
    <section class="panel" id="history" aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      <ol class="versions">
        {changesOf(page.items).map((change) => (
          <Version
            key={change.version.version}
            {...change}
            state={state}
            names={names}
            canEdit={canEdit}
            onChange={onChange}
          />
        ))}
      </ol>
      {page.nextBefore !== null && <button type="button" onClick={onOlder}>Older</button>}
      <Compare versions={page.items} names={names} />
    </section>
  );
}

interface VersionProps extends Change, Pick<HistoryProps, "state" | "names" | "canEdit" | "onChange"> {}

function Version({ version: entry, rows, untilMs, state, names, canEdit, onChange }: VersionProps) {
  const { version, deviceId, values, message, atMs, by, restoredFrom } = entry;
  const audience = audienceOf(deviceId, names);
  return (
    <li>
      <div>
        <h3>{`v${version}`}</h3>
        <p>
          {message}
          {restoredFrom !== null && <span class="restored">{`v${restoredFrom} again`}</span>}
        </p>
        <p class="hint facts-line">
          <span>{`for ${audience}`}</span>
          <span>{`by ${by}`}</span>
          {atMs !== null && (
            <span>
              <Time ms={atMs} />
            </span>
          )}
          <span>
            {untilMs === null ? values === null ? "removed" : "in force" : (
              <>
                until <Time ms={untilMs} />
              </>
            )}
          </span>
        </p>
        <Rows rows={rows} isFirst={version === 1} />
      </div>
      {values !== null && !sameValues(values, inForceIn(state, deviceId)) && (
        <button
          type="button"
          disabled={!canEdit}
          aria-label={`Restore v${version}`}
          onClick={() =>
            onChange({
              title: `Restore v${version}?`,
              text: `Its values are in force again for ${audience}, as a new version.`,
              change: { deviceId, values, message: `Back to v${version}`, restoredFrom: version },
            })}
        >
          Restore
        </button>
      )}
    </li>
  );
}

function Rows({ rows, isFirst }: { rows: Change["rows"]; isFirst: boolean }) {
  if (rows === null) return <p class="hint">What it changed is seen once older versions are loaded.</p>;
  if (isFirst) return null;
  if (rows.length === 0) return <p class="hint">The values stayed the same.</p>;
  return (
    <ul class="changes">
      {rows.map(({ name, unit, texts: [before, after] }) => (
        <li key={name}>
          {name} <s>{before}</s> <span class="sr-only">became</span> <b>{withUnit(after, unit)}</b>
        </li>
      ))}
    </ul>
  );
}
