/**
 * What routes may call. `commands/start` builds it; tests build it from parts or fakes.
 *
 * @module
 */
import type { DeadLetter, LetterPlace, WholeLetter } from "../log/port.ts";
import type { Label } from "../log/records.ts";
import type { Store } from "../sinks/sqlite/answers.ts";
import type { Settings } from "../config.ts";
import type { DeviceSettings } from "../control/device_settings.ts";
import type { DeviceHealth, Stranger } from "../ingest/device_health.ts";
import type { Imported } from "../ingest/exports/importer.ts";
import type { MqttStatus } from "../ingest/mqtt/status.ts";
import type { SinkStatus } from "../sinks/port.ts";
import type { ThresholdValues } from "../stream/thresholds.ts";
import type { Histogram, Preview, SessionId, Suggestion } from "../stream/tuning_answers.ts";

export type * from "../sinks/sqlite/answers.ts";
export type { ThresholdValues } from "../stream/thresholds.ts";
export type { Histogram, Preview, Score, SessionId, Suggestion } from "../stream/tuning_answers.ts";
export type { Label } from "../log/records.ts";
export type { DeadLetter, LetterPlace, WholeLetter } from "../log/port.ts";
export type { Imported } from "../ingest/exports/importer.ts";
export type { DeviceHealth, Refusal, Stranger } from "../ingest/device_health.ts";

/** Opens Server-Sent Events responses. */
export interface LiveFeed {
  open(req: Request): Promise<Response>;
}

/** Opens streams of a device's readings. */
export interface RawFeed {
  open(req: Request): Response;
}

export interface Ingest {
  /** Handles one POST of readings. `token` is the path's key, if any. */
  post(req: Request, token?: string): Promise<Response>;
  /** The same of what phyphox posts. */
  postPhyphox(req: Request, token: string): Promise<Response>;
}

/** A device as `/api/devices` shows it; never its key. */
export interface Device extends DeviceSettings {
  deviceId: string;
  name: string | null;
  createdAt: number;
  /** Whether a key is in force. */
  hasKey: boolean;
}

/** What an admin may change about a device; what is left out stays. */
export type DeviceChange = Partial<DeviceSettings & { name: string | null }>;

export interface Devices {
  /** Oldest first. */
  list(): Device[];
  get(deviceId: string): Device | null;
  /** Whose key this is, in force or not; null: nobody's. */
  owner(key: string): { deviceId: string; revoked: boolean } | null;
  /** Registers a device (or gives a registered one a new key) and returns its key, shown once. */
  issueKey(deviceId: string, name: string | null, by: string): Promise<{ device: Device; key: string }>;
  revokeKey(deviceId: string, by: string): Promise<Device | null>;
  /** One that is not registered is registered, without a key. */
  change(deviceId: string, change: DeviceChange, by: string): Promise<Device>;
  /** Takes it out of the registry and ends its key; its sessions stay. @returns false when there is none */
  remove(deviceId: string, by: string): Promise<boolean>;
  /** Undoes the removal, also of the key. @returns null when there never was such a device */
  restore(deviceId: string, by: string): Promise<Device | null>;
}

/** What a phone scans. */
export interface PairingCode {
  /** Shown this once. */
  code: string;
  /** ms since the Unix epoch. */
  expiresAtMs: number;
}

/** Why a code gives no key. */
export type PairingFailure = "unknown" | "used" | "expired";

export interface Pairing {
  /** Makes a code for a device, which is registered when a phone uses it. */
  offer(deviceId: string, name: string | null, by: string): Promise<PairingCode>;
  /** Exchanges a code for the device's key, once. */
  redeem(code: string): Promise<{ deviceId: string; name: string | null; key: string } | PairingFailure>;
}

/** How devices' readings come in, as this process has seen it since it started. */
export interface HealthBook {
  of(deviceId: string, nowMs: number): DeviceHealth | null;
  /** Every device that was heard of, registered or not. */
  deviceIds(): Iterable<string>;
  /** Who was refused and is no known device, newest first. */
  strangers(): Stranger[];
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

/** How taking in an MQTT broker's messages goes. */
export type MqttHealth = { state: "off" } | { state: "on"; status: MqttStatus };

/** One topic of the log. */
export interface TopicDetails {
  /** Full name. */
  name: string;
  /** By number; `lagRecords` is null where nobody is behind: what reads the topic has a position of its own. */
  partitions: { begin: number; end: number; lagRecords: number | null }[];
}

/** What the process is, and where its data are. */
export interface SystemDetails {
  roles: string[];
  versions: { deno: string; v8: string; thresholds: number };
  topics: TopicDetails[];
  storage: {
    dataDir: string;
    files: { name: string; bytes: number }[];
    /** Of the disk; null where the system does not tell. */
    freeBytes: number | null;
    /** Readings older than this are deleted, ms. */
    retentionMs: number;
    /** Each topic is kept under this, bytes. */
    retentionBytes: number;
  };
  /** One `NAME=value  # source` a line, secrets left out. */
  settings: string;
}

/** Plays a bundled recording into the server as a phone would. */
export interface Demo {
  /** Starts it, or returns the running one. */
  start(): { deviceId: string; sessionId: string; durationMs: number };
}

/** One change of the thresholds. */
export interface ThresholdsVersion {
  version: number;
  /** null: for all devices without values of their own. */
  deviceId: string | null;
  /** null: the device's own values were removed. */
  values: ThresholdValues | null;
  /** Why. */
  message: string;
  /** null for version 1, which came with the program. */
  atMs: number | null;
  by: string;
  /** The version whose values were taken again; null for new ones. */
  restoredFrom: number | null;
}

/** The thresholds in force. */
export interface ThresholdsState {
  /** Of the last change, whatever it changed. */
  version: number;
  /** For all devices without values of their own. */
  values: ThresholdValues;
  /** Devices with values of their own, and the version in which they were set. */
  overrides: { deviceId: string; values: ThresholdValues; version: number }[];
}

/** What an admin wants changed. */
export interface ThresholdsChange {
  /** null: for all devices without values of their own. */
  deviceId: string | null;
  /** null removes the device's own values. */
  values: ThresholdValues | null;
  message: string;
  restoredFrom?: number | null;
}

export interface ThresholdsAdmin {
  current(): ThresholdsState;
  /**
   * Newest first; version 1 is the program's.
   *
   * @param before versions before this one only
   */
  history(limit: number, before?: number): ThresholdsVersion[];
  /**
   * Changes them, on every process within two seconds.
   *
   * @param expectedVersion the version that the change was made from
   * @throws Conflict when someone else has changed them since; Refused when the device has nothing to remove, there is no room for one
   * more, or `restoredFrom` has other values; Unavailable when it cannot be stored now
   */
  save(change: ThresholdsChange, expectedVersion: number, by: string): Promise<ThresholdsState>;
}

/**
 * Tries thresholds on recorded sessions. `sessions` null: all labelled ones, or the newest when none is labelled. Sessions of
 * devices that the values would not decide are left out.
 *
 * All throw Unavailable when too many others ask or it takes too long.
 */
export interface Tuning {
  histogram(sessions: SessionId[] | null): Promise<Histogram>;
  /** @param deviceId whose values these would be; null: those of all devices without values of their own */
  preview(values: ThresholdValues, sessions: SessionId[] | null, deviceId: string | null): Promise<Preview>;
  /**
   * Takes seconds.
   *
   * @param values where the search begins; what it does not search stays
   * @param by who asks: a search that they asked for before is given up
   */
  suggest(
    values: ThresholdValues,
    sessions: SessionId[] | null,
    deviceId: string | null,
    by: string,
  ): Promise<Suggestion>;
}

/** What became of the readings of a letter that was sent in once more. */
export interface Redriven {
  accepted: number;
  rejected: number;
  /** They were in the log already. */
  duplicate: number;
}

/** Dead letters as an admin handles them. */
export interface DeadLetterDesk {
  /** @returns null when there is none of that place */
  find(place: LetterPlace): Promise<WholeLetter | null>;
  /** @returns how many of them had not been discarded before */
  discard(places: readonly LetterPlace[], by: string): Promise<number>;
  /**
   * Sends a letter in as a phone would; one that is taken is discarded.
   *
   * @throws HttpProblem that says why it cannot be
   */
  redrive(place: LetterPlace, by: string): Promise<Redriven>;
}

/** What admins say about recorded sessions. Every change is an event of its own, with who and when. */
export interface SessionAdmin {
  /** @param change what is left out stays */
  rename(id: SessionId, change: { name?: string | null; note?: string | null }, by: string): Promise<void>;
  /**
   * Says what a span really was; what it covers of other labels is theirs no more.
   *
   * @returns the session's labels
   * @throws Refused when there would be too many
   */
  label(id: SessionId, label: Label, by: string): Promise<Label[]>;
  /**
   * Takes the labels of a span away.
   *
   * @param from ms since the Unix epoch
   * @param to ms since the Unix epoch
   * @returns the session's labels
   * @throws Refused when there would be too many pieces
   */
  unlabel(id: SessionId, from: number, to: number, by: string): Promise<Label[]>;
  /** Hides it at once; what comes later belongs to it too. Its windows are removed when it cannot be undone any more. */
  delete(id: SessionId, by: string): Promise<{ undoUntilMs: number }>;
  /**
   * Undoes the deletion; one that is not deleted stays as it is.
   *
   * @throws TooLate when the time for it is over
   */
  restore(id: SessionId, by: string): Promise<void>;
  /**
   * Decides the windows that are there again, with the thresholds in force.
   *
   * @throws Refused when there are none, or too many
   */
  reclassify(id: SessionId, by: string): Promise<void>;
}

/** Files that apps have exported. */
export interface SessionImports {
  /**
   * Makes a session of a recording, at the times it was made.
   *
   * @param file its name matters where it is the CSV of one sensor
   * @param to the device, and what to call the session; null: nothing
   * @throws HttpProblem that says why it cannot be
   */
  import(
    file: { name: string; bytes: Uint8Array },
    to: { deviceId: string; name: string | null },
    by: string,
  ): Promise<Imported>;
}

/** Viewers see, admins change too. */
export type Role = "viewer" | "admin";

/** A browser in which a user is signed in. */
export interface UserSession {
  id: string;
  createdAtMs: number;
  expiresAtMs: number;
  /** What the browser called itself. */
  agent: string;
}

/** Someone who may sign in; never the password. */
export interface User {
  /** The name in one form, so that names which only look alike in case or form are the same. */
  userId: string;
  name: string;
  role: Role;
  disabled: boolean;
  createdAtMs: number;
  /** Those that are not over, newest first. */
  sessions: UserSession[];
}

/** Whose session a browser has. */
export interface OpenSession {
  userId: string;
  /** Another one when a user of the same name is made again. */
  uid: string;
  name: string;
  role: Role;
  sessionId: string;
}

/**
 * The users. What changes them throws Refused when it does not fit what is there (422), Conflict when others keep changing the
 * same, and Unavailable when it cannot be stored now or too many passwords are to be checked.
 */
export interface Users {
  /** Once there is one, everybody has to sign in. */
  hasAdmin(): boolean;
  /** By name. */
  list(): User[];
  get(userId: string): User | null;
  /** @returns null when there is no such user any more, or one that is disabled */
  roleOf(uid: string): Role | null;
  /** @returns null when there is no such user */
  uidOf(userId: string): string | null;
  bySession(secret: string): OpenSession | null;
  /** @returns the secret of a session. @throws Conflict when there is an admin already */
  makeFirstAdmin(name: string, password: string, agent: string): Promise<string>;
  /** @returns null when name or password are wrong, or the user is disabled */
  signIn(name: string, password: string, agent: string): Promise<{ userId: string; secret: string } | null>;
  /** @param sessionId null ends all of the user's */
  signOut(userId: string, sessionId: string | null, by: string): Promise<void>;
  create(name: string, role: Role, password: string, by: string): Promise<User>;
  setRole(userId: string, role: Role, by: string): Promise<User>;
  /** Ends the sessions; one that is enabled again is a viewer. */
  setDisabled(userId: string, disabled: boolean, by: string): Promise<User>;
  /** Ends the sessions, except one. */
  setPassword(userId: string, password: string, keptSessionId: string | null, by: string): Promise<void>;
  isPassword(userId: string, password: string): Promise<boolean>;
  /** Also ends the sessions and tokens. */
  remove(userId: string, by: string): Promise<void>;
}

/** Attempts to sign in, slowed down when someone guesses. */
export interface SignIns {
  /** @param address of the peer. @throws Unavailable when too many are signing in */
  attempt(name: string, password: string, agent: string, address: string): Promise<SignInResult>;
  /** Whether it is the password of someone who is signed in, counted as an attempt. */
  check(userId: string, password: string, address: string): Promise<PasswordResult>;
}
export type PasswordResult = { state: "right" } | { state: "wrong" } | { state: "slowed"; waitMs: number };
export type SignInResult =
  | { state: "in"; userId: string; secret: string }
  | { state: "wrong" }
  | { state: "slowed"; waitMs: number };

/** The one-time link by which the first admin is made from elsewhere than this machine. */
export interface SetupLink {
  /** Whether it is the code of the link, and there is no admin yet. */
  isCode(code: string): boolean;
}

/** An API token; never its secret. */
export interface ApiToken {
  tokenId: string;
  name: string;
  /** Of the user who made it, whose rights it never exceeds; null: made on this machine before there was an admin. */
  ownerUid: string | null;
  ownerName: string;
  /** `admin` includes `read`. */
  scopes: ("read" | "admin")[];
  createdAtMs: number;
  expiresAtMs: number | null;
}
export type TokenRequest = Omit<ApiToken, "tokenId" | "createdAtMs">;
export type FoundToken = { state: "valid"; token: ApiToken } | { state: "unknown" | "revoked" | "expired" };

export interface Tokens {
  /** Newest first. */
  list(): ApiToken[];
  get(tokenId: string): ApiToken | null;
  find(secret: string): FoundToken;
  /** @returns its secret, shown this once. @throws Refused when the request cannot be met */
  create(request: TokenRequest, by: string): Promise<{ token: ApiToken; secret: string }>;
  /** @returns false when there is none */
  revoke(tokenId: string, by: string): Promise<boolean>;
}

/** One admin event. */
export interface AuditEntry {
  /** Its place among all, from 1. */
  seq: number;
  atMs: number;
  by: string;
  /** For example `device:phone-1`. */
  entity: string;
  type: string;
  /** In words, to be read after `by`. */
  what: string;
}
export interface AuditFilter {
  by?: string;
  /** An entity, or the kind before its colon. */
  entity?: string;
  /** Entries before this `seq` only. */
  before?: number;
  limit: number;
}
export interface AuditPage {
  items: AuditEntry[];
  /** `before` of the next page; null on the last. */
  nextBefore: number | null;
}
/** The newest admin events. */
export interface AuditTrail {
  /** Newest first. */
  list(filter: AuditFilter): AuditPage;
  /** Everyone who made one of them. */
  people(): string[];
  /** Notes what nobody did by a change, for example guesses of a password. */
  note(event: { entity: string; type: string; data: Record<string, unknown> }): Promise<void>;
}

export interface Services {
  settings: Settings;
  users: Users;
  signIns: SignIns;
  setupLink: SetupLink;
  tokens: Tokens;
  audit: AuditTrail;
  ingest: Ingest;
  store: Store;
  live: LiveFeed;
  /** What this process takes in; on Kafka a phone's readings may come in elsewhere. */
  raw: RawFeed;
  sessions: SessionAdmin;
  imports: SessionImports;
  devices: Devices;
  deviceHealth: HealthBook;
  pairing: Pairing;
  demo: Demo;
  thresholds: ThresholdsAdmin;
  tuning: Tuning;
  readiness(): Promise<Readiness>;
  logHealth(): Promise<LogHealth>;
  snowflakeHealth(): Promise<SnowflakeHealth>;
  mqttHealth(): MqttHealth;
  details(): Promise<SystemDetails>;
  /** The newest dead letters, newest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
  deadLetterDesk: DeadLetterDesk;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** The authority that vouches for this server to phones; null: it does not speak TLS itself. */
  tls: { certificate: Uint8Array<ArrayBuffer>; fingerprint: string } | null;
  /** This machine's addresses that phones on the LAN can reach, without port. */
  lanAddresses(): string[];
}
