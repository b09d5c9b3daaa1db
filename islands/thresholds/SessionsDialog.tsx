import { useSignal, useSignalEffect } from "@preact/signals";
import { useContext, useState } from "preact/hooks";
import { Dialog } from "../../components/Dialog.tsx";
import { formatTotal, labelsText, titleOf } from "../../components/sessions/words.ts";
import { TryAgain } from "../../components/thresholds/TryAgain.tsx";
import { nameOf } from "../../components/thresholds/words.ts";
import { Zone } from "../../components/Time.tsx";
import type { SessionId, SessionSummary } from "../../web/services.ts";
import { listSessions, type SessionPage, type SessionQuery } from "./api.ts";
import { countOf } from "./lanes.ts";
import type { TuningModel } from "./model.ts";
import { Refresher } from "./refresher.ts";

/** So many more at a time. */
const ROWS = 50;
/** As many as the server gives at once: who looks for an older one searches. */
const MAX_ROWS = 200;
const SEARCH_WAIT_MS = 150;

interface SessionsDialogProps {
  model: TuningModel;
  /** So many may be chosen. */
  max: number;
  names: Record<string, string>;
  /** ms since the Unix epoch. */
  nowMs: number;
  onClose(): void;
}

const keyOf = ({ deviceId, sessionId }: SessionId) => JSON.stringify([deviceId, sessionId]);

/** Chooses the sessions that thresholds are tried on. */
export function SessionsDialog({ model, max, names, nowMs, onClose }: SessionsDialogProps) {
  const { deviceId, sessions } = model.choice.peek();
  const chosen = useSignal(new Map((sessions ?? []).map((id) => [keyOf(id), id])));
  const q = useSignal(""), onlyLabelled = useSignal(true), limit = useSignal(ROWS);
  const [list] = useState(() => new Refresher<SessionQuery, SessionPage>(listSessions, SEARCH_WAIT_MS));
  useSignalEffect(() => {
    list.want({ deviceId, q: q.value.trim(), label: onlyLabelled.value ? "any" : null, limit: limit.value });
  });
  const toggle = (session: SessionId) => {
    const next = new Map(chosen.peek()), key = keyOf(session);
    if (!next.delete(key)) next.set(key, { deviceId: session.deviceId, sessionId: session.sessionId });
    chosen.value = next;
  };
  const use = (ids: SessionId[] | null) => {
    model.setSessions(ids);
    onClose();
  };
  const count = chosen.value.size, isFull = count >= max;
  const rows = list.answer.value;
  return (
    <Dialog title="Sessions to try on" onClose={onClose}>
      <div class="session-search">
        <label for="session-q">Name or id</label>
        <input
          id="session-q"
          type="search"
          value={q.value}
          maxLength={128}
          autocomplete="off"
          onInput={({ currentTarget }) => {
            q.value = currentTarget.value;
            limit.value = ROWS;
          }}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={onlyLabelled.value}
            onChange={({ currentTarget }) => onlyLabelled.value = currentTarget.checked}
          />
          Only labelled ones
        </label>
      </div>
      <TryAgain of={list} what="The sessions are not loaded" />
      <fieldset class="session-choices" aria-busy={list.isBusy.value}>
        <legend class="sr-only">Sessions, newest first</legend>
        {rows?.items.map((session) => (
          <SessionChoice
            key={keyOf(session)}
            session={session}
            isChosen={chosen.value.has(keyOf(session))}
            isFull={isFull}
            names={names}
            nowMs={nowMs}
            onToggle={toggle}
          />
        ))}
        {rows?.items.length === 0 && <p class="hint">No session matches.</p>}
        {rows?.nextCursor && limit.value < MAX_ROWS && (
          <button
            type="button"
            onClick={() => limit.value += ROWS}
          >
            More
          </button>
        )}
      </fieldset>
      <p class="hint" role="status">
        {isFull ? `${count} chosen: more than that do not fit the address.` : `${count} chosen.`}
      </p>
      <p class="actions">
        <button type="button" onClick={() => use(null)}>Use all labelled</button>
        <button
          type="button"
          class="primary"
          disabled={count === 0}
          onClick={() => use([...chosen.value.values()])}
        >
          {`Use ${countOf(count, "session")}`}
        </button>
      </p>
    </Dialog>
  );
}

interface SessionChoiceProps extends Pick<SessionsDialogProps, "names" | "nowMs"> {
  session: SessionSummary;
  isChosen: boolean;
  isFull: boolean;
  onToggle(session: SessionId): void;
}

function SessionChoice({ session, isChosen, isFull, names, nowMs, onToggle }: SessionChoiceProps) {
  const { startedAt, endedAt, deviceId, labels } = session;
  const facts = [
    labelsText(labels),
    startedAt !== null && endedAt !== null ? formatTotal(endedAt - startedAt) : "",
  ].filter(Boolean).join(" · ");
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isChosen}
        disabled={isFull && !isChosen}
        onChange={() => onToggle(session)}
      />
      <span>
        {titleOf(session, nameOf(deviceId, names), useContext(Zone), nowMs)}
        <small class="hint">{facts}</small>
      </span>
    </label>
  );
}
