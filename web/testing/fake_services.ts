/**
 * Services without a log or database: a scripted store and a live stream that tests push into.
 *
 * @module
 */
import { windowRecord } from "../../log/testing/windows.ts";
import type { Activity, ActivityRecord } from "../../log/records.ts";
import type { Settings } from "../../config.ts";
import type { LiveSessionEvent } from "../live_channels.ts";
import type {
  DeadLetter,
  Device,
  LiveSession,
  LogHealth,
  RecentWindow,
  Services,
  SnowflakeHealth,
} from "../services.ts";

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
  maxPastMs: 604_800_000,
  kafka: null,
  snowflake: null,
};

/** The live stream's event names. */
type LiveEvent = { activity: ActivityRecord[]; session: LiveSessionEvent[]; reset: Record<never, never> };

export class FakeServices implements Services {
  settings: Settings;
  /** What `store.live` answers; more than these when `total` says so. */
  sessions: LiveSession[] = [];
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
  readonly #devices: Device[] = [];
  #lastId = 0;

  constructor(settings: Partial<Settings> = {}) {
    this.settings = { ...SETTINGS, ...settings };
  }

  ingest = { post: () => Promise.resolve(Response.json({ status: "ok" })) };

  store: Services["store"] = {
    sessions: () => Promise.resolve({ items: this.sessions, nextCursor: null }),
    session: () => Promise.resolve(null),
    activity: () => Promise.resolve({ items: [], nextCursor: null }),
    live: ({ limit }) =>
      Promise.resolve({
        sessions: this.sessions.slice(0, limit),
        total: this.total ?? this.sessions.length,
        position: "",
      }),
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

  devices: Services["devices"] = {
    list: () => this.#devices,
    issueKey: (deviceId, name) => {
      const device = { deviceId, name, createdAt: Date.now(), hasKey: true };
      this.#devices.push(device);
      return Promise.resolve({ device, key: "k3y-0f-the-ph0ne" });
    },
    revokeKey: () => Promise.resolve(null),
  };

  demo: Services["demo"] = {
    start: () => {
      this.demoStarts++;
      return { deviceId: "demo-phone", sessionId: "demo", durationMs: 60_000 };
    },
  };

  readiness: Services["readiness"] = () => Promise.resolve({ ready: true, checks: {} });
  logHealth: Services["logHealth"] = () => Promise.resolve(this.health);
  snowflakeHealth: Services["snowflakeHealth"] = () => Promise.resolve(this.snowflake);
  deadLetters: Services["deadLetters"] = (limit) => Promise.resolve(this.letters.slice(0, limit));
  metrics: Services["metrics"] = () => Promise.resolve("");
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
  }

  get openStreams(): number {
    return this.#streams.size;
  }
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Typical mean magnitudes, m/s², and cadences, Hz. */
const TYPICAL: Record<Activity, [magnitudeMs2: number, cadenceHz: number | null]> = {
  stationary: [0.2, null],
  walking: [2.8, 1.9],
  running: [12.4, 2.8],
  unknown: [0, null],
};

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
    recent,
  };
}

/** What becomes of a message that is not JSON. */
export function fakeDeadLetter(offset: number, more: Partial<DeadLetter> = {}): DeadLetter {
  return {
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
