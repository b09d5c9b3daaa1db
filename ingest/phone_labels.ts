/**
 * Labels of sessions from what phones say of themselves while they send (see `phone_notes.ts`).
 *
 * Each label is an event on `activity_control`, which is kept for ever, so there are few: a span is written once it has ended, the
 * last one when the session has, and a session gets no more than so many. What is not written yet is in memory only: after a
 * crash those spans are missing, as they are when notes arrive out of order or at another process.
 *
 * @module
 */
import { Conflict } from "../log/port.ts";
import { type LabelActivity, sessionKey } from "../log/records.ts";
import { Unavailable } from "../log/unavailable.ts";
import { isNoteSensor, noteOf, type Span, SpanTrack, without } from "./phone_notes.ts";

/** Sessions that are listened to; the one begun first gives way. A phone that says nothing takes none of them. */
const MAX_SESSIONS = 1000;
/** A hike of a day with a break every quarter of an hour; the events of a session with so many hold 400 kB together. */
export const MAX_SESSION_LABELS = 100;
/** Sessions asked about at once: the read model has others to answer. */
const MAX_ASKED = 50;
/** Ticks in which the pages need not know a session yet: it has no window, or the read model is being filled. */
const MAX_UNKNOWN_TICKS = 20;
/** Who labels, in the history. */
const BY = "phone";

/** A label as it is written. */
export interface PhoneLabel extends Span {
  source: "phone";
}

export interface PhoneLabelsParts {
  sessions: {
    label(
      id: { deviceId: string; sessionId: string },
      label: PhoneLabel,
      by: string,
    ): Promise<unknown>;
  };
  store: {
    session(sessionId: string, deviceId?: string): Promise<
      {
        live: boolean;
        endedAt: number | null;
        labels: { from: number; to: number; source: string }[];
      } | null
    >;
  };
}

interface Listened {
  deviceId: string;
  sessionId: string;
  tracks: Record<"annotation" | "activity", SpanTrack>;
  /** What people annotated; the phone's own view does not count there. */
  annotated: Span[];
  /** Ended and not written yet. */
  ended: Span[];
  written: number;
  unknownTicks: number;
}

/** See the module's text. */
export class PhoneLabels {
  readonly #parts: PhoneLabelsParts;
  readonly #sessions = new Map<string, Listened>();
  #ticking = false;

  constructor(parts: PhoneLabelsParts) {
    this.#parts = parts;
  }

  /**
   * Hears the notes among the entries of a message.
   *
   * @param entries as the phone sent them, of any sensor
   */
  hear(deviceId: string, sessionId: string, entries: readonly unknown[]): void {
    for (const entry of entries) {
      const { name, time, values } = (entry ?? {}) as Record<string, unknown>;
      if (typeof name !== "string" || !isNoteSensor(name)) continue;
      const note = noteOf(name, time, values);
      if (note !== null) this.#note(this.#listened(deviceId, sessionId), note.kind, note.tMs, note.activity);
    }
  }

  /** Writes what has ended. To be called every half minute; does nothing while the last call is not done. */
  async tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      for (const [key, session] of [...this.#sessions].slice(0, MAX_ASKED)) {
        // To the end, so that the others have their turn next time.
        this.#sessions.delete(key);
        if (!await this.#settle(session)) this.#sessions.set(key, session);
      }
    } finally {
      this.#ticking = false;
    }
  }

  #listened(deviceId: string, sessionId: string): Listened {
    const key = sessionKey(deviceId, sessionId);
    let session = this.#sessions.get(key);
    if (session === undefined) {
      if (this.#sessions.size >= MAX_SESSIONS) {
        this.#sessions.delete(this.#sessions.keys().next().value!);
      }
      const tracks = { annotation: new SpanTrack(), activity: new SpanTrack() };
      session = { deviceId, sessionId, tracks, annotated: [], ended: [], written: 0, unknownTicks: 0 };
      this.#sessions.set(key, session);
    }
    return session;
  }

  #note(
    session: Listened,
    kind: "annotation" | "activity",
    tMs: number,
    activity: LabelActivity | null,
  ): void {
    keep(session, kind, session.tracks[kind].note(tMs, activity));
  }

  /** @returns whether nothing more is to be expected of it */
  async #settle(session: Listened): Promise<boolean> {
    const { deviceId, sessionId, tracks } = session;
    try {
      const known = await this.#parts.store.session(sessionId, deviceId);
      if (known === null) return ++session.unknownTicks > MAX_UNKNOWN_TICKS;
      if (!known.live && known.endedAt !== null) {
        for (const kind of ["annotation", "activity"] as const) {
          keep(session, kind, tracks[kind].end(known.endedAt));
        }
      }
      const others = known.labels.filter(({ source }) => source !== "phone");
      while (session.ended.length > 0) {
        for (const span of without(session.ended[0], others)) {
          if (session.written === MAX_SESSION_LABELS) break;
          session.written++;
          await this.#parts.sessions.label({ deviceId, sessionId }, { ...span, source: "phone" }, BY);
        }
        session.ended.shift();
      }
      return !known.live;
    } catch (error) {
      if (error instanceof Unavailable || error instanceof Conflict) return false;
      console.error(
        `labels of session ${sessionId} from the phone are given up: ${(error as Error).message}`,
      );
      return true;
    }
  }
}

/** People know better, so what the phone thinks is kept only where they said nothing. */
function keep(session: Listened, kind: "annotation" | "activity", span: Span | null): void {
  if (span === null || session.ended.length >= MAX_SESSION_LABELS) return;
  if (kind === "annotation") {
    session.annotated.push(span);
    session.ended.push(span);
  } else {
    session.ended.push(...without(span, session.annotated));
  }
}
