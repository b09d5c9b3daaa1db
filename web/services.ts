/**
 * What routes may call. `commands/start` builds it; tests build it from parts or fakes.
 *
 * @module
 */
import type { DeadLetter } from "../log/port.ts";
import type { Store } from "../sinks/sqlite/answers.ts";
import type { Settings } from "../config.ts";
import type { SinkStatus } from "../sinks/port.ts";

export type * from "../sinks/sqlite/answers.ts";
export type { DeadLetter } from "../log/port.ts";

/** Opens Server-Sent Events responses. */
export interface LiveFeed {
  open(req: Request): Promise<Response>;
}

export interface Ingest {
  /** Handles one POST of readings. `token` is the path's key, if any. */
  post(req: Request, token?: string): Promise<Response>;
}

/** A device as `/api/devices` shows it; never its key. */
export interface Device {
  deviceId: string;
  name: string | null;
  createdAt: number;
  /** Whether a key is in force. */
  hasKey: boolean;
}

export interface Devices {
  list(): Device[];
  /** Registers a device (or gives a registered one a new key) and returns its key, shown once. */
  issueKey(deviceId: string, name: string | null, by: string): Promise<{ device: Device; key: string }>;
  revokeKey(deviceId: string, by: string): Promise<Device | null>;
}

export interface Readiness {
  ready: boolean;
  /** One entry per moving part: "ok" or what is wrong and what to do. */
  checks: Record<string, string>;
}

/** One partition of `raw_sensor_data`: the offsets it holds, and how far its processing is behind. */
export interface PartitionHealth {
  partition: number;
  /** Oldest record that is kept. */
  begin: number;
  /** One after the newest. */
  end: number;
  /** Records that are in but not yet processed and committed, by whichever process. */
  lagRecords: number;
}

/** How the log is doing; a second old at most. */
export interface LogHealth {
  partitions: PartitionHealth[];
  /** Dead letters that are kept. */
  deadLetters: number;
  /** Records that retention deleted before they could be processed, since the server started. */
  lostRecords: number;
  /** What keeps the log from taking or processing records now and what to check; null when all is well. */
  trouble: string | null;
}

/** How loading into Snowflake goes: not set up, another process's role, or this one's. */
export type SnowflakeHealth = { state: "off" } | { state: "elsewhere" } | {
  state: "here";
  status: SinkStatus;
};

/** Plays a bundled recording into the server as a phone would. */
export interface Demo {
  /** Starts it, or returns the running one. */
  start(): { deviceId: string; sessionId: string; durationMs: number };
}

export interface Services {
  settings: Settings;
  ingest: Ingest;
  store: Store;
  live: LiveFeed;
  devices: Devices;
  demo: Demo;
  readiness(): Promise<Readiness>;
  logHealth(): Promise<LogHealth>;
  snowflakeHealth(): Promise<SnowflakeHealth>;
  /** The newest dead letters, newest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** This machine's addresses that phones on the LAN can reach, without port. */
  lanAddresses(): string[];
}
