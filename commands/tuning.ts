/**
 * Tries thresholds on the sessions of the read model.
 *
 * @module
 */
import { Unavailable } from "../log/unavailable.ts";
import type { Store } from "../sinks/sqlite/answers.ts";
import { type Columns, columnsOf } from "../stream/columns.ts";
import { type ThresholdsSource, type ThresholdValues, valuesOf } from "../stream/thresholds.ts";
import type { Recordings, TuningSession } from "../stream/tuning.ts";
import type {
  Histogram,
  Preview,
  SessionId,
  SessionSummary,
  Suggestion,
  ThresholdsAdmin,
  Tuning,
} from "../web/services.ts";
import { TuningJobs } from "./tuning_jobs.ts";
import type { Job } from "./tuning_protocol.ts";

/** 24 MB of columns: the labelled hours of a hundred people. What is older is left out, and the answer says so. */
export const MAX_TUNING_WINDOWS = 500_000;
/** Windows asked for at once: about 5 ms of the thread that answers phones. */
const PAGE_WINDOWS = 2000;
/** Sessions asked for at once. */
const PAGE_SESSIONS = 200;
/** Sessions that are looked at; a list of more labelled ones is not read to its end. */
const MAX_LISTED_SESSIONS = 10_000;
/** Looked at when none has labels: enough to see where the windows lie. */
const NEWEST_SESSIONS = 100;

/** A page has one or two open; so many at once are not people any more. */
const MAX_OPEN_QUESTIONS = 32;
const RETRY_AFTER_S = 5;
/** Histograms and previews take milliseconds: they are not given up. */
const NEVER = new AbortController().signal;

/** What is asked of the read model. */
type SessionStore = Pick<Store, "sessions" | "session" | "activity">;

/** Columns that were made, and of which windows. */
interface Kept {
  windows: number;
  endedAt: number | null;
  columns: Promise<Columns>;
}

/** See the module's text. */
export class SessionTuning implements Tuning {
  readonly #store: SessionStore;
  readonly #thresholds: ThresholdsSource & Pick<ThresholdsAdmin, "current">;
  readonly #slideMs: number;
  readonly #jobs: Pick<TuningJobs, "run" | "close">;
  readonly #maxWindows: number;
  /** Used longest ago first. */
  readonly #kept = new Map<string, Kept>();
  /** The search under way, by who asked for it. */
  readonly #searches = new Map<string, AbortController>();
  #open = 0;

  constructor(
    store: SessionStore,
    thresholds: ThresholdsSource & Pick<ThresholdsAdmin, "current">,
    slideMs: number,
    jobs: Pick<TuningJobs, "run" | "close"> = new TuningJobs(),
    maxWindows = MAX_TUNING_WINDOWS,
  ) {
    this.#store = store;
    this.#thresholds = thresholds;
    this.#slideMs = slideMs;
    this.#jobs = jobs;
    this.#maxWindows = maxWindows;
  }

  histogram(sessions: SessionId[] | null): Promise<Histogram> {
    return this.#ask(async () => {
      const recordings = await this.#recordings(sessions, {}, NEVER);
      return await this.#jobs.run({ kind: "histogram", recordings }, NEVER) as Histogram;
    });
  }

  preview(values: ThresholdValues, sessions: SessionId[] | null, deviceId: string | null): Promise<Preview> {
    return this.#ask(async () => {
      const job = await this.#job("preview", values, sessions, deviceId, NEVER);
      return await this.#jobs.run(job, NEVER) as Preview;
    });
  }

  suggest(
    values: ThresholdValues,
    sessions: SessionId[] | null,
    deviceId: string | null,
    by: string,
  ): Promise<Suggestion> {
    this.#searches.get(by)?.abort();
    const search = new AbortController();
    this.#searches.set(by, search);
    return this.#ask(async () => {
      const job = await this.#job("suggest", values, sessions, deviceId, search.signal);
      return await this.#jobs.run(job, search.signal) as Suggestion;
    }).finally(() => {
      if (this.#searches.get(by) === search) this.#searches.delete(by);
    });
  }

  /** Ends the Worker. */
  close(): void {
    this.#jobs.close();
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#open >= MAX_OPEN_QUESTIONS) {
      throw new Unavailable("too many others try thresholds just now", RETRY_AFTER_S);
    }
    this.#open++;
    try {
      return await question();
    } finally {
      this.#open--;
    }
  }

  async #job(
    kind: "preview" | "suggest",
    values: ThresholdValues,
    sessions: SessionId[] | null,
    deviceId: string | null,
    signal: AbortSignal,
  ): Promise<Job> {
    const current = this.#thresholds.current();
    // Those that the values would decide: a device with its own is not touched by a change for all.
    const choice = deviceId === null
      ? { not: new Set(current.overrides.map((override) => override.deviceId)) }
      : { deviceId };
    const inForce = deviceId === null ? current.values : valuesOf(this.#thresholds.of(deviceId));
    return { kind, recordings: await this.#recordings(sessions, choice, signal), inForce, values };
  }

  async #recordings(chosen: SessionId[] | null, choice: Choice, signal: AbortSignal): Promise<Recordings> {
    const found = chosen === null ? await this.#list(choice) : await this.#find(chosen);
    const usable = found.filter(({ deviceId, windows }) => windows > 0 && isChosen(choice, deviceId));
    const sessions: TuningSession[] = [];
    let windows = 0, leftOutSessions = 0;
    for (const session of usable) {
      if (signal.aborted) throw superseded();
      if (windows + session.windows > this.#maxWindows) {
        leftOutSessions++;
        continue;
      }
      windows += session.windows;
      const { deviceId, sessionId, name, labels } = session;
      sessions.push({ deviceId, sessionId, name, labels, columns: await this.#columns(session) });
    }
    this.#forgetOldest();
    return { sessions, slideMs: this.#slideMs, leftOutSessions };
  }

  /** The labelled ones, or the newest when none is. */
  async #list({ deviceId }: Choice): Promise<SessionSummary[]> {
    const labelled: SessionSummary[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.sessions({ deviceId, label: "any", limit: PAGE_SESSIONS, cursor });
      labelled.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && labelled.length < MAX_LISTED_SESSIONS);
    if (labelled.length > 0) return labelled;
    return (await this.#store.sessions({ deviceId, limit: NEWEST_SESSIONS })).items;
  }

  /** Newest first; those that are not there any more are left out. */
  async #find(chosen: SessionId[]): Promise<SessionSummary[]> {
    const found: SessionSummary[] = [];
    for (const { deviceId, sessionId } of chosen) {
      const session = await this.#store.session(sessionId, deviceId);
      if (session !== null) found.push(session);
    }
    return found.sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
  }

  /** From memory, if the session has not grown since; questions at the same time share one reading. */
  #columns(session: SessionSummary): Promise<Columns> {
    const { deviceId, sessionId, windows, endedAt } = session;
    const key = JSON.stringify([deviceId, sessionId]);
    let kept = this.#kept.get(key);
    if (kept?.windows !== windows || kept.endedAt !== endedAt) {
      const columns = this.#read(deviceId, sessionId).catch((error) => {
        this.#kept.delete(key);
        throw error;
      });
      kept = { windows, endedAt, columns };
    }
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.columns;
  }

  async #read(deviceId: string, sessionId: string): Promise<Columns> {
    const windows = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.activity({ deviceId, sessionId, limit: PAGE_WINDOWS, cursor });
      windows.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && windows.length < this.#maxWindows);
    return columnsOf(windows);
  }

  #forgetOldest(): void {
    let total = this.#kept.values().reduce((sum, { windows }) => sum + windows, 0);
    for (const [key, { windows }] of this.#kept) {
      if (total <= this.#maxWindows) break;
      total -= windows;
      this.#kept.delete(key);
    }
  }
}

/** Of one device, or of all but some. */
interface Choice {
  deviceId?: string;
  not?: ReadonlySet<string>;
}

const isChosen = (choice: Choice, deviceId: string) =>
  (choice.deviceId === undefined || choice.deviceId === deviceId) && !choice.not?.has(deviceId);

const superseded = () =>
  new Unavailable("the same person has asked for another suggestion since", RETRY_AFTER_S);
