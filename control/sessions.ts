/**
 * What admins say about sessions: names, notes, labels, deletions, and windows to decide again; folded from the events of
 * `activity_control` and appended to them.
 *
 * @module
 */
import type { ControlEvent, Label } from "../log/records.ts";
import type { Store } from "../sinks/sqlite/answers.ts";
import { type ThresholdsSource, valuesOf } from "../stream/thresholds.ts";
import type { SessionId } from "../stream/tuning_answers.ts";
import { Refused, TooLate } from "../web/refused.ts";
import type { SessionAdmin } from "../web/services.ts";
import { Changes } from "./changes.ts";
import type { ControlLog, Folded } from "./follow.ts";
import { cutLabels, putLabel } from "./labels.ts";
import { sessionChange, sessionEntity, type SessionState, UNDO_MS, UNTOUCHED } from "./session_state.ts";

/** A label every minute and a half for a day; every event and every answer carries them all, 80 kB. */
export const MAX_LABELS = 1000;
/** A week of windows, one a second: the read model decides them in one go, in half a second. */
export const MAX_RECLASSIFIED_WINDOWS = 604_800;

interface Change {
  type: `session.${"renamed" | "noted" | "labelled" | "deleted" | "restored" | "reclassified"}`;
  state: SessionState;
}

export interface SessionRegistryParts {
  log: Pick<ControlLog, "appendControl">;
  /** Wall clock, ms since the Unix epoch. */
  now: () => number;
  /** Knows the sessions' windows. */
  store: Pick<Store, "session">;
  /** Those in force. */
  thresholds: ThresholdsSource;
}

/** Changes sessions for the Sessions pages. What it says is shown by the read model, which follows the same events. */
export class SessionRegistry implements SessionAdmin, Folded {
  readonly #parts: SessionRegistryParts;
  readonly #changes: Changes;
  readonly #states = new Map<string, SessionState>();

  constructor(parts: SessionRegistryParts) {
    this.#parts = parts;
    this.#changes = new Changes(parts.log, parts.now);
  }

  /** Takes an event in; those of other entities, and versions it has, are passed over. */
  fold(event: ControlEvent): void {
    const change = sessionChange(event);
    if (change !== null && this.#changes.see(event)) this.#states.set(event.entity, change.state);
  }

  async rename(
    id: SessionId,
    change: { name?: string | null; note?: string | null },
    by: string,
  ): Promise<void> {
    await this.#change(id, by, (state) => {
      const next = { ...state, ...change };
      if (next.name !== state.name) return { type: "session.renamed", state: next };
      return next.note === state.note ? null : { type: "session.noted", state: next };
    });
  }

  label(id: SessionId, label: Label, by: string): Promise<Label[]> {
    return this.#relabel(id, by, (labels) => putLabel(labels, label));
  }

  unlabel(id: SessionId, from: number, to: number, by: string): Promise<Label[]> {
    return this.#relabel(id, by, (labels) => cutLabels(labels, from, to));
  }

  async delete(id: SessionId, by: string): Promise<{ undoUntilMs: number }> {
    const { deletedAtMs } = await this.#change(id, by, (state) => {
      if (state.deletedAtMs !== null) return null;
      return { type: "session.deleted", state: { ...state, deletedAtMs: this.#parts.now() } };
    });
    return { undoUntilMs: deletedAtMs! + UNDO_MS };
  }

  async restore(id: SessionId, by: string): Promise<void> {
    await this.#change(id, by, (state) => {
      if (state.deletedAtMs === null) return null;
      if (this.#parts.now() >= state.deletedAtMs + UNDO_MS) {
        throw new TooLate(
          `The session was deleted more than ${UNDO_MS / 60_000} minutes ago: its windows are gone.`,
        );
      }
      return { type: "session.restored", state: { ...state, deletedAtMs: null } };
    });
  }

  async reclassify(id: SessionId, by: string): Promise<void> {
    const { store, thresholds } = this.#parts;
    const session = await store.session(id.sessionId, id.deviceId);
    if (!session?.endedAt) throw new Refused("", "the session has no windows yet: wait for the first one");
    if (session.windows > MAX_RECLASSIFIED_WINDOWS) {
      throw new Refused(
        "",
        `the session has ${session.windows} windows, of ${MAX_RECLASSIFIED_WINDOWS} at most`,
      );
    }
    const untilMs = session.endedAt;
    const inForce = thresholds.of(id.deviceId);
    await this.#change(id, by, (state) => {
      const reclassifiedWith = { version: inForce.version, values: valuesOf(inForce), untilMs };
      return { type: "session.reclassified", state: { ...state, reclassifiedWith } };
    });
  }

  async #relabel(id: SessionId, by: string, next: (labels: readonly Label[]) => Label[]): Promise<Label[]> {
    const { labels } = await this.#change(id, by, (state) => {
      const labels = next(state.labels);
      if (labels.length > MAX_LABELS && labels.length > state.labels.length) {
        throw new Refused("", `a session has ${MAX_LABELS} labels at most: label longer spans`);
      }
      const isSame = JSON.stringify(labels) === JSON.stringify(state.labels);
      return isSame ? null : { type: "session.labelled", state: { ...state, labels } };
    });
    return labels;
  }

  /**
   * @param next the change to a session as it is then; null for none
   * @returns the session afterwards
   */
  async #change(
    id: SessionId,
    by: string,
    next: (state: SessionState) => Change | null,
  ): Promise<SessionState> {
    const entity = sessionEntity(id);
    const stateNow = () => this.#states.get(entity) ?? UNTOUCHED;
    await this.#changes.make(entity, by, () => {
      const change = next(stateNow());
      return change && { type: change.type, data: { ...change.state } };
    });
    return stateNow();
  }
}
