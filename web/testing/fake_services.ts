/**
 * Services without a log or database: a scripted store and a live stream that tests push into.
 *
 * @module
 */
import { Audit } from "../../control/audit.ts";
import { Passwords } from "../../control/passwords.ts";
import { SetupCode } from "../../control/setup_link.ts";
import { SignInDesk } from "../../control/sign_ins.ts";
import { MemoryControlLog } from "../../log/testing/control.ts";
import { TokenRegistry } from "../../control/tokens.ts";
import { UserRegistry } from "../../control/users.ts";
import { windowRecord } from "../../log/testing/windows.ts";
import type { Activity, ActivityRecord } from "../../log/records.ts";
import type { Settings } from "../../config.ts";
import type { LiveSessionEvent } from "../live_channels.ts";
import { RawHub } from "../raw_feed.ts";
import type {
  DeadLetter,
  Device,
  DeviceHealth,
  LetterPlace,
  LiveSession,
  LogHealth,
  RecentWindow,
  Services,
  SnowflakeHealth,
  Stranger,
  SystemDetails,
} from "../services.ts";
import { FakeSessions, TYPICAL } from "./fake_sessions.ts";
import { fakeThresholds, fakeTuning } from "./fake_tuning.ts";

const SETTINGS: Settings = {
  host: "0.0.0.0",
  port: 8000,
  dataDir: "data",
  windowMs: 5000,
  slideMs: 1000,
  latenessMs: 2000,
  sessionIdleMs: 30_000,
  retentionMs: 86_400_000,
  retentionBytes: 1e9,
  partitions: 1,
  openIngest: true,
  lan: false,
  tlsPort: 8443,
  publicUrl: null,
  trustedProxies: [],
  maxPastMs: 604_800_000,
  kafka: null,
  mqtt: null,
  snowflake: null,
};

/** Every device's key. */
const KEY = "k3y-0f-the-ph0ne";

/** The live stream's event names. */
type LiveEvent = { activity: ActivityRecord[]; session: LiveSessionEvent[]; reset: Record<never, never> };

export class FakeServices implements Services {
  settings: Settings;
  /** What `store.live` answers, more than these when `total` says so, and lists as long as nothing is recorded. */
  liveSessions: LiveSession[] = [];
  total: number | null = null;
  demoStarts = 0;
  /** What `logHealth` answers. */
  health: LogHealth = { partitions: [], deadLetters: 0, lostRecords: 0, trouble: null };
  /** What `snowflakeHealth` answers. */
  snowflake: SnowflakeHealth = { state: "off" };
  /** What `deadLetters` answers, newest first. */
  letters: DeadLetter[] = [];
  /** How many of the next connections to the live stream are refused. */
  refusals = 0;
  /** `Last-Event-ID` of each connection, "" for a first one. */
  readonly connections: string[] = [];
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #devices = new Map<string, Device>();
  readonly #removedDevices = new Map<string, Device>();
  readonly #keys = new Map<string, string>();
  #lastId = 0;

  /** What the clock of users, tokens and attempts shows, ms. */
  nowMs = Date.now();
  /** What users, tokens and audit are kept in. */
  readonly log = new MemoryControlLog();
  readonly #now = () => this.nowMs;
  /** The real ones, with passwords that cost nothing. */
  readonly users = new UserRegistry(this.log, this.#now, new Passwords({ n: 2, r: 1, p: 1 }));
  readonly tokens = new TokenRegistry(this.log, this.#now);
  readonly audit = new Audit(this.log, this.#now);
  readonly signIns = new SignInDesk(this.users, this.audit, this.#now);
  readonly setupLink = new SetupCode(this.users);

  /** Sessions of the past. */
  readonly recorded = new FakeSessions(this.log, this.#now);
  sessions: Services["sessions"] = this.recorded.admin;
  imports: Services["imports"] = {
    import: (_, { deviceId }) =>
      Promise.resolve({
        deviceId,
        sessionId: "import-1",
        sensor: "accelerometer",
        from: 0,
        to: 1000,
        accepted: 50,
        rejected: 0,
        duplicate: 0,
        labels: 0,
        errors: [],
      }),
  };

  constructor(settings: Partial<Settings> = {}) {
    this.settings = { ...SETTINGS, ...settings };
    for (const registry of [this.users, this.tokens, this.audit]) {
      this.log.tailControl((event) => registry.fold(event));
    }
  }

  ingest = {
    post: () => Promise.resolve(Response.json({ status: "ok" })),
    postPhyphox: () => Promise.resolve(Response.json({ status: "ok" })),
  };

  store: Services["store"] = {
    ...this.recorded.store,
    sessions: (filter) =>
      this.recorded.count > 0
        ? this.recorded.store.sessions(filter)
        : Promise.resolve({ items: this.liveSessions, nextCursor: null }),
    live: ({ deviceId, limit }) => {
      const live = this.liveSessions.filter((session) =>
        deviceId === undefined || session.deviceId === deviceId
      );
      return Promise.resolve({
        sessions: live.slice(0, limit),
        total: deviceId === undefined ? this.total ?? live.length : live.length,
        position: "",
      });
    },
  };

  live: Services["live"] = {
    open: (req) => {
      if (this.refusals > 0) {
        this.refusals--;
        return Promise.resolve(new Response(null, { status: 503 }));
      }
      this.connections.push(req.headers.get("last-event-id") ?? "");
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          own = controller;
          this.#streams.add(controller);
          // A short retry keeps the reconnect test short; the first bytes open the EventSource.
          controller.enqueue(encode("retry: 100\n\n"));
        },
        cancel: () => {
          this.#streams.delete(own);
        },
      });
      return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    },
  };

  /** The real one: tests publish into it. */
  raw = new RawHub();

  devices: Services["devices"] = {
    list: () => [...this.#devices.values()],
    get: (deviceId) => this.#devices.get(deviceId) ?? null,
    owner: (key) => {
      const deviceId = this.#keys.get(key);
      return deviceId === undefined ? null : { deviceId, revoked: !this.#devices.get(deviceId)?.hasKey };
    },
    issueKey: (deviceId, name) => {
      const device = this.addDevice(deviceId, { ...this.#devices.get(deviceId), hasKey: true });
      if (name !== null) device.name = name;
      this.#keys.set(KEY, deviceId);
      return Promise.resolve({ device, key: KEY });
    },
    revokeKey: (deviceId) => {
      const device = this.#devices.get(deviceId);
      return Promise.resolve(device ? this.addDevice(deviceId, { ...device, hasKey: false }) : null);
    },
    change: (deviceId, change) =>
      Promise.resolve(this.addDevice(deviceId, { ...this.#devices.get(deviceId), ...change })),
    remove: (deviceId) => {
      const device = this.#devices.get(deviceId);
      if (device) this.#removedDevices.set(deviceId, device);
      return Promise.resolve(this.#devices.delete(deviceId));
    },
    restore: (deviceId) => {
      const device = this.#removedDevices.get(deviceId) ?? null;
      if (device) this.#devices.set(deviceId, device);
      return Promise.resolve(device);
    },
  };

  /** Codes that were offered and not used, and for whom. */
  readonly codes = new Map<string, { deviceId: string; name: string | null }>();
  pairing: Services["pairing"] = {
    offer: (deviceId, name) => {
      const code = `code-${this.codes.size + 1}`;
      this.codes.set(code, { deviceId, name });
      return Promise.resolve({ code, expiresAtMs: Date.now() + 600_000 });
    },
    redeem: async (code) => {
      const offered = this.codes.get(code);
      if (offered === undefined) return "unknown";
      this.codes.delete(code);
      const { device, key } = await this.devices.issueKey(offered.deviceId, offered.name, "phone");
      return { deviceId: device.deviceId, name: device.name, key };
    },
  };

  /** What `deviceHealth` answers. */
  readonly healths = new Map<string, DeviceHealth>();
  strangers: Stranger[] = [];
  deviceHealth: Services["deviceHealth"] = {
    of: (deviceId) => this.healths.get(deviceId) ?? null,
    deviceIds: () => this.healths.keys(),
    strangers: () => this.strangers,
  };

  /** Registers a device, or makes it what is given. */
  addDevice(deviceId: string, more: Partial<Device> = {}): Device {
    const device: Device = {
      name: null,
      createdAt: Date.UTC(2026, 0, 1),
      hasKey: false,
      gravity: "auto",
      unit: "auto",
      ...more,
      deviceId,
    };
    this.#devices.set(deviceId, device);
    return device;
  }

  demo: Services["demo"] = {
    start: () => {
      this.demoStarts++;
      return { deviceId: "demo-phone", sessionId: "demo", durationMs: 60_000 };
    },
  };

  thresholds: Services["thresholds"] = fakeThresholds();
  tuning: Services["tuning"] = fakeTuning(this.thresholds);

  readiness: Services["readiness"] = () => Promise.resolve({ ready: true, checks: {} });
  logHealth: Services["logHealth"] = () => Promise.resolve(this.health);
  snowflakeHealth: Services["snowflakeHealth"] = () => Promise.resolve(this.snowflake);
  mqttHealth: Services["mqttHealth"] = () => ({ state: "off" });
  systemDetails: SystemDetails = fakeDetails();
  details: Services["details"] = () => Promise.resolve(this.systemDetails);
  deadLetters: Services["deadLetters"] = (limit) => Promise.resolve(this.letters.slice(0, limit));
  /** What re-driving a letter fails with; null: it is taken. */
  redriveProblem: Error | null = null;
  deadLetterDesk: Services["deadLetterDesk"] = {
    find: (place) => {
      const letter = this.letters.find((each) => isAt(each, place));
      const value = new TextEncoder().encode(letter?.excerpt);
      return Promise.resolve(letter ? { ...letter, value, isWhole: value.length === letter.bytes } : null);
    },
    discard: (places) => {
      const before = this.letters.length;
      this.letters = this.letters.filter((each) => !places.some((place) => isAt(each, place)));
      const discarded = before - this.letters.length;
      this.health = { ...this.health, deadLetters: Math.max(0, this.health.deadLetters - discarded) };
      return Promise.resolve(discarded);
    },
    redrive: async (place, by) => {
      if (this.redriveProblem) throw this.redriveProblem;
      await this.deadLetterDesk.discard([place], by);
      return { accepted: 50, rejected: 0, duplicate: 0 };
    },
  };
  metrics: Services["metrics"] = () => Promise.resolve("");
  tls: Services["tls"] = null;
  lanAddresses: Services["lanAddresses"] = () => ["192.0.2.7"];

  /** Sends an event to every open page. */
  push<E extends keyof LiveEvent>(event: E, data: LiveEvent[E]): void {
    const message = encode(`id: ${++this.#lastId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    for (const stream of this.#streams) stream.enqueue(message);
  }

  /** Ends every live stream, as a restart of the server does. */
  dropConnections(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    this.raw.close();
    this.raw = new RawHub();
  }

  get openStreams(): number {
    return this.#streams.size;
  }
}

const isAt = (a: LetterPlace, b: LetterPlace) =>
  a.topic === b.topic && a.partition === b.partition && a.offset === b.offset;

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** One window's result. */
export function fakeRecord(
  deviceId: string,
  timestamp: number,
  activity: Activity,
  more: Partial<ActivityRecord> = {},
): ActivityRecord {
  const [magnitude, cadenceHz] = TYPICAL[activity];
  const sessionId = `${deviceId}-session`;
  const confidence = activity === "unknown" ? 0 : 0.97;
  return windowRecord({ deviceId, sessionId }, timestamp, {
    magnitude,
    activity,
    magnitudeStd: 1,
    cadenceHz,
    confidence,
    ...more,
  });
}

/**
 * A live session whose windows end every second up to `endMs`.
 *
 * @param history Activity and for how many seconds, oldest first; empty while waiting for the first window
 */
export function fakeSession(deviceId: string, endMs: number, history: [Activity, number][]): LiveSession {
  const recent: RecentWindow[] = [];
  const lengthS = history.reduce((sum, [, seconds]) => sum + seconds, 0);
  let atMs = endMs - lengthS * 1000;
  for (const [activity, seconds] of history) {
    for (let i = 0; i < seconds; i++) {
      atMs += 1000;
      // A swing of a fifth, so that lines look like lines.
      recent.push([atMs, activity, TYPICAL[activity][0] * (1 + 0.2 * Math.sin(atMs / 2100)), 0.97]);
    }
  }
  const last = recent.at(-1);
  return {
    sessionId: `${deviceId}-session`,
    deviceId,
    name: null,
    startedAt: last ? endMs - lengthS * 1000 : null,
    endedAt: last ? endMs : null,
    receivedAt: endMs + 2400,
    live: true,
    totals: { stationary: 0, walking: 0, running: 0, unknown: 0 },
    windows: recent.length,
    gaps: 0,
    current: last ? fakeRecord(deviceId, endMs, last[1]) : null,
    note: null,
    labels: [],
    strip: [],
    recent,
  };
}

/** A phone whose readings come in as they should. */
export function fakeHealth(more: Partial<DeviceHealth> = {}): DeviceHealth {
  return {
    lastSeenAt: Date.UTC(2026, 0, 1),
    source: "sensor-logger",
    named: "unknown",
    measured: { included: true, unit: "ms2" },
    readingsPerS: 50,
    intervalMs: 20,
    jitterMs: 0.8,
    lagMs: 400,
    messages: 1200,
    duplicates: 0,
    missing: 0,
    rejected: 0,
    refused: null,
    ...more,
  };
}

/** A process that does everything, on a log of four partitions. */
export function fakeDetails(): SystemDetails {
  const partitions = [41_200, 39_800, 40_550, 42_010];
  return {
    roles: ["web", "stream"],
    versions: { deno: "2.9.6", v8: "14.2.0", thresholds: 1 },
    topics: [
      {
        name: "raw_sensor_data",
        partitions: partitions.map((end) => ({ begin: end - 30_000, end, lagRecords: 0 })),
      },
      {
        name: "processed_activity",
        partitions: partitions.map((end) => ({ begin: 0, end, lagRecords: null })),
      },
    ],
    storage: {
      dataDir: "./data",
      files: [{ name: "log.db", bytes: 1_240_000_000 }, { name: "view.db", bytes: 81_000_000 }],
      freeBytes: 84e9,
      retentionMs: 7 * 86_400_000,
      retentionBytes: 10 * 2 ** 30,
    },
    settings: "HOST=127.0.0.1  # default\nPORT=8000  # environment\nKAFKA_SASL_PASSWORD=***  # .env",
  };
}

/** What becomes of a message that is not JSON. */
export function fakeDeadLetter(offset: number, more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    isRefused: false,
    reason: "The value is not JSON (Unexpected token 'h' at position 0): expected a message of readings",
    topic: "raw_sensor_data",
    partition: 0,
    offset,
    atMs: 1_767_225_605_000,
    key: "phone-1",
    bytes: 11,
    excerpt: "hello world",
    ...more,
  };
}
