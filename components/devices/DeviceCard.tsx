import type { DeviceItem } from "../../web/devices.ts";
import { escapeControls } from "../DeadLetterTable.tsx";
import { Icon } from "../Icon.tsx";
import { Time } from "../Time.tsx";
import { figures, type Finding, findings, gravityWords, SOURCE_NAMES } from "./health_words.ts";

/** What can be done with a device. */
export type DeviceAction = "edit" | "pair" | "revoke" | "remove";

export interface DeviceCardProps {
  item: DeviceItem;
  /** The server's clock, ms since the Unix epoch. */
  nowMs: number;
  canEdit: boolean;
  onAction(action: DeviceAction, item: DeviceItem): void;
}

export const nameOf = ({ name, deviceId }: { name: string | null; deviceId: string }) => name ?? deviceId;

/** One device: who it is, how its readings come in, and what can be done. */
export function DeviceCard({ item, nowMs, canEdit, onAction }: DeviceCardProps) {
  const { deviceId, name, health, hasKey, createdAt, session } = item;
  const title = nameOf(item);
  const act = (action: DeviceAction) => () => onAction(action, item);
  return (
    <article class="card device" aria-label={title}>
      <header>
        <h2>
          <a href={`/devices/${encodeURIComponent(deviceId)}`}>{title}</a>
        </h2>
        <p class="hint">
          {name !== null && <span class="id">{deviceId}</span>}
          <span>{createdAt === null ? "not registered" : hasKey ? "has a key" : "has no key"}</span>
          {health?.source && <span>{SOURCE_NAMES[health.source]}</span>}
          {health?.lastSeenAt && (
            <span>
              last readings <Time ms={health.lastSeenAt} />
            </span>
          )}
        </p>
      </header>
      <FindingList list={findings(item, nowMs)} />
      {health?.refused && health.refused.excerpt !== "" && <Excerpt text={health.refused.excerpt} />}
      <dl class="figures">
        {figures(item).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div class="wide">
          <dt>gravity</dt>
          <dd>{gravityWords(item)}</dd>
        </div>
      </dl>
      <p class="links">
        {session?.live && <a href={`/live/${encodeURIComponent(deviceId)}`}>Live now</a>}
        {session && <a href={sessionPath(item)}>Newest session</a>}
        {session && <a href={`/sessions?deviceId=${encodeURIComponent(deviceId)}`}>All its sessions</a>}
      </p>
      <p class="actions">
        <button type="button" disabled={!canEdit} onClick={act("edit")}>
          {createdAt === null ? "Register" : "Change"}
          <span class="sr-only">{title}</span>
        </button>
        <button type="button" disabled={!canEdit} onClick={act("pair")}>
          {hasKey ? "Pair again" : "Pair"}
          <span class="sr-only">{title}</span>
        </button>
        {hasKey && (
          <button type="button" class="quiet" disabled={!canEdit} onClick={act("revoke")}>
            Revoke key
            <span class="sr-only">of {title}</span>
          </button>
        )}
        {createdAt !== null && (
          <button type="button" class="quiet" disabled={!canEdit} onClick={act("remove")}>
            Remove
            <span class="sr-only">{title}</span>
          </button>
        )}
      </p>
    </article>
  );
}

const sessionPath = ({ deviceId, session }: DeviceItem) =>
  `/sessions/${encodeURIComponent(session!.sessionId)}?deviceId=${encodeURIComponent(deviceId)}`;

const ICONS = { ok: "check", note: "dots", wrong: "warning" } as const;
const WORDS = { ok: "fine", note: "to know", wrong: "needs you" };

/** What is to be said of a device. */
export function FindingList({ list }: { list: Finding[] }) {
  return (
    <ul class="findings">
      {list.map(({ state, text }) => (
        <li key={text} class={state}>
          <Icon name={ICONS[state]} />
          <span class="sr-only">{`${WORDS[state]}: `}</span>
          <span>{escapeControls(text)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The offending part of what was sent. */
export function Excerpt({ text }: { text: string }) {
  return (
    <div class="copy">
      <code tabIndex={0} aria-label="What was refused">{escapeControls(text)}</code>
    </div>
  );
}
