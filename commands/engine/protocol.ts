/**
 * What the HTTP thread and the engine's Worker say to each other.
 *
 * @module
 */
import type { Settings } from "../../config.ts";
import type { Group } from "../../log/embedded/appender.ts";
import type { LetterPlace, LogStatus } from "../../log/port.ts";
import type { ControlEvent } from "../../log/records.ts";
import type { SinkStatus } from "../../sinks/port.ts";
import type { ActivityFilter, LiveFilter, SessionFilter, Store } from "../../sinks/sqlite/answers.ts";
import type { LiveQuery } from "../../web/live_channels.ts";
import type { TaskFigures } from "./processors.ts";

/** The Worker's settings. */
export type EngineOptions =
  & Pick<
    Settings,
    | "dataDir"
    | "partitions"
    | "windowMs"
    | "slideMs"
    | "latenessMs"
    | "sessionIdleMs"
    | "retentionMs"
    | "retentionBytes"
    | "maxPastMs"
    | "kafka"
    /** null too where another process has the role "snowflake". */
    | "snowflake"
  >
  & {
    /** Whether partition tasks run here: the role "stream". */
    runsTasks: boolean;
  };

/** Figures for `/metrics` and `/readyz`. */
export interface EngineStats {
  status: LogStatus;
  /** null where no tasks run. */
  tasks: TaskFigures | null;
  /** null where nothing is loaded into Snowflake. */
  snowflake: SinkStatus | null;
  readModel: {
    /** It is being made from the log: pages do not show everything yet. */
    isFilling: boolean;
    /** Why it could not be written or filled the last time, or null. */
    trouble: string | null;
  };
}

/** A question and its answer. */
export interface Calls {
  sessions: [SessionFilter];
  session: [string, string | undefined];
  series: Parameters<Store["series"]>;
  activity: [ActivityFilter];
  live: [LiveFilter];
  appendControl: [ControlEvent];
  /** The events come as messages with the tail's number; the answer when all that were there have come. */
  tailControl: [tail: number];
  readDeadLetters: [limit: number];
  readDeadLetter: [LetterPlace];
  discardDeadLetters: [places: readonly LetterPlace[], by: string];
  subscribe: [LiveQuery, string | null];
  unsubscribe: [string];
  stats: [];
  close: [];
}
export type CallName = keyof Calls;

/** Joins a live channel: what was missed, as bytes to send first. */
export interface Subscription {
  channel: string;
  missed: Uint8Array;
}

export type ToEngine =
  | { kind: "start"; options: EngineOptions }
  | { kind: "group"; group: Group }
  | { kind: "call"; id: number; name: CallName; args: unknown[] };

/** An error that crosses threads. */
export interface Failure {
  name: string;
  message: string;
  detail?: string;
  retryAfterS?: number;
}

export type FromEngine =
  | { kind: "started" }
  /** The group is on disk; its buffer is free again. */
  | { kind: "committed"; duplicates: number[]; buffer: ArrayBuffer }
  | { kind: "notCommitted"; failure: Failure; buffer: ArrayBuffer }
  | { kind: "answer"; id: number; value: unknown }
  | { kind: "failure"; id: number; failure: Failure }
  /** Comes before the answer to the call that wrote it. */
  | { kind: "control"; tail: number; event: ControlEvent }
  | { kind: "frame"; channel: string; frame: Uint8Array }
  /** The engine cannot go on. */
  | { kind: "fatal"; failure: Failure };
