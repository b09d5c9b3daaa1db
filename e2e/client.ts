/**
 * What the tests of the real server send and ask: recordings as a phone posts them, the API, and the live stream.
 *
 * @module
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { readRecording } from "../commands/recordings.ts";
import type { ActivityRecord } from "../log/records.ts";

/** Recordings with labels, and their index. */
export const TESTDATA = new URL("../stream/testdata/", import.meta.url).pathname;
/** Waiting longer than this for another process has failed, ms; a broker, a browser and two servers on two cores are slow. */
const PATIENCE_MS = 60_000;
const POLL_MS = 100;
/** Sessions of one page, the most that the API gives. */
const PAGE = 200;

/** The seed's shape. */
export interface Message {
  messageId: string;
  sessionId: string;
  deviceId: string;
  sensorReadings: { name: string; timestamp: number; values: number[] }[];
}

/**
 * A recording as a phone's messages of one second each, in a session named after the device.
 *
 * @param file in {@link TESTDATA}
 * @param endMs time of the last reading, ms since the Unix epoch; now unless given
 */
export async function messagesOf(file: string, deviceId: string, endMs = Date.now()): Promise<Message[]> {
  const { tMs, xyz, count } = await readRecording(`${TESTDATA}${file}`);
  const startMs = endMs - tMs[count - 1];
  const messages: Message[] = [];
  for (let i = 0; i < count; i++) {
    const second = Math.floor(tMs[i] / 1000);
    messages[second] ??= {
      messageId: `${second}`,
      sessionId: `${deviceId}-run`,
      deviceId,
      sensorReadings: [],
    };
    const values = Array.from(xyz.subarray(3 * i, 3 * i + 3));
    messages[second].sensorReadings.push({ name: "accelerometer", timestamp: startMs + tMs[i], values });
  }
  return messages.filter(Boolean);
}

/** Posts JSON. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = JSON.stringify(body);
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
  });
}

/** Posts messages one after the other; each must be taken whole. */
export async function postReadings(
  url: string,
  messages: readonly Message[],
  headers: Record<string, string> = {},
): Promise<void> {
  for (const message of messages) {
    const response = await post(`${url}/sensor-data`, message, headers);
    const { status, accepted } = await response.json();
    assert.deepEqual(
      { code: response.status, status, accepted },
      { code: 200, status: "ok", accepted: message.sensorReadings.length },
    );
  }
}

/** @throws AssertionError unless the answer is 200 */
export async function getJson(url: string) {
  const response = await fetch(url);
  assert.equal(response.status, 200, `${url} answers ${response.status}`);
  return await response.json();
}

/** Asks again until the answer is good: the server has a clock of its own. */
export async function until<T>(
  ask: () => T | Promise<T>,
  good: (answer: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    assert.ok(
      performance.now() < deadline,
      `not within ${patienceMs} ms; the last answer: ${JSON.stringify(answer)}`,
    );
    await delay(POLL_MS);
  }
}

/** Ids of all sessions, by whether they are live. */
async function sessionIds(url: string): Promise<{ live: string[]; ended: string[] }> {
  const ids = { live: [] as string[], ended: [] as string[] };
  let cursor = "";
  do {
    const page = await getJson(`${url}/api/sessions?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
    for (const { sessionId, live } of page.items) ids[live ? "live" : "ended"].push(sessionId);
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
  return ids;
}

/** Waits until all these sessions are there and have ended. */
export async function allEnded(url: string, expected: Iterable<string>): Promise<void> {
  await until(async () => {
    const ended = new Set((await sessionIds(url)).ended);
    return [...expected].filter((id) => !ended.has(id));
  }, (missing) => missing.length === 0);
}

/** Waits until the pages show everything that is in the log. */
export async function pagesFilled(url: string): Promise<void> {
  await until(() => getJson(`${url}/readyz`), ({ checks }) => checks.pages === "ok");
}

/** A session's windows, in the order of their ends; none while the session is not known. */
export async function windowsOf(url: string, sessionId: string): Promise<ActivityRecord[]> {
  const windows: ActivityRecord[] = [];
  let cursor = "";
  do {
    const response = await fetch(
      `${url}/api/sessions/${sessionId}/activity?limit=1000${cursor && `&cursor=${cursor}`}`,
    );
    const page = await response.json();
    if (response.status === 404) return [];
    assert.equal(response.status, 200, JSON.stringify(page));
    windows.push(...page.items);
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
  return windows;
}

/** What comes over the live stream, heartbeats too. */
export interface LiveEvent {
  /** Where to go on after it. */
  id?: string;
  /** Null where it is something else. */
  record: ActivityRecord | null;
}

/** Reads the live stream from the body of a server's answer, until the signal. */
export async function* liveEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent> {
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream(), { signal })) {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop()!;
    for (const event of events) {
      const isActivity = /^event: activity$/m.test(event);
      yield {
        id: /^id: (.+)$/m.exec(event)?.[1],
        record: isActivity ? JSON.parse(/^data: (.+)$/m.exec(event)![1]) : null,
      };
    }
  }
}

/** Collects live events until told to stop. */
export function follow(url: string, lastEventId?: string) {
  const abort = new AbortController();
  const records: ActivityRecord[] = [];
  let id = "";
  const opened = Promise.withResolvers<void>();
  const ended = (async () => {
    const headers = lastEventId ? { "last-event-id": lastEventId } : undefined;
    const response = await fetch(`${url}/api/live`, { headers, signal: abort.signal });
    for await (const event of liveEvents(response.body!, abort.signal)) {
      opened.resolve();
      id = event.id ?? id;
      if (event.record) records.push(event.record);
    }
  })().catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
  return {
    records,
    opened: opened.promise,
    get lastEventId() {
      return id;
    },
    async stop() {
      abort.abort();
      await ended;
    },
  };
}
