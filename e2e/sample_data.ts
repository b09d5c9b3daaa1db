/**
 * Fills a server with people's days: sessions of the last days made of recordings, labels, phones that are live now.
 *
 * @module
 */
import { type Readings, readRecording } from "../commands/recordings.ts";
import type { Activity } from "../log/records.ts";
import { delay } from "./phones.ts";

type Act = Exclude<Activity, "unknown">;
/** What a person did, for how many minutes; "gap" is a phone that sends nothing. */
type Course = [Act | "gap", number][];

interface Day {
  deviceId: string;
  /** For people. */
  owner: string;
  name: string | null;
  /** Hours before now. */
  startedHoursAgo: number;
  course: Course;
  isLabelled: boolean;
}

const DAYS: Day[] = [
  day("pixel-8", "Anna's Pixel 8", "Morning run", 3, [
    ["walking", 3],
    ["running", 14],
    ["walking", 2],
    [
      "running",
      8,
    ],
    ["walking", 4],
    ["stationary", 2],
  ]),
  day("pixel-8", "Anna's Pixel 8", "Way to work", 25, [["walking", 9], ["stationary", 6], ["walking", 5]]),
  day("iphone-15", "Ben's iPhone 15", "Lunch walk", 28, [
    ["stationary", 5],
    ["walking", 12],
    ["gap", 3],
    ["walking", 6],
    ["stationary", 4],
  ]),
  day("iphone-15", "Ben's iPhone 15", null, 49, [["stationary", 20]]),
  day("galaxy-s23", "Chiara's Galaxy", "Intervals", 51, [
    ["walking", 4],
    ["running", 4],
    ["walking", 2],
    [
      "running",
      4,
    ],
    ["walking", 2],
    ["running", 4],
    ["walking", 5],
  ]),
  day("galaxy-s23", "Chiara's Galaxy", "Desk", 74, [["stationary", 12], ["walking", 1], ["stationary", 9]]),
];

/** What those who are live do now. */
const LIVE: [deviceId: string, owner: string, activity: Act][] = [
  ["pixel-8", "Anna's Pixel 8", "running"],
  ["iphone-15", "Ben's iPhone 15", "walking"],
  ["galaxy-s23", "Chiara's Galaxy", "stationary"],
];

const FILES: Record<Act, string> = { stationary: "still", walking: "walking", running: "running" };
/** Phones send an hour's backlog in messages of so many seconds. */
const MESSAGE_MS = 10_000;
const LIVE_MESSAGE_MS = 1000;

function day(
  deviceId: string,
  owner: string,
  name: string | null,
  startedHoursAgo: number,
  course: Course,
): Day {
  return { deviceId, owner, name, startedHoursAgo, course, isLabelled: name !== null };
}

/**
 * Fills the server.
 *
 * @param url The server's address; it must take readings and changes without signing in
 * @returns stops the phones that are live
 */
export async function fillServer(url: string): Promise<() => Promise<void>> {
  const recordings = await loadRecordings();
  const owners = new Map([...DAYS, ...LIVE.map(([deviceId, owner]) => ({ deviceId, owner }))].map((
    { deviceId, owner },
  ) => [deviceId, owner]));
  for (const [deviceId, name] of owners) await send(url, "POST", "/api/devices", { deviceId, name });
  for (const [i, entry] of DAYS.entries()) await postDay(url, recordings, entry, `day-${i + 1}`);
  const stop = new AbortController();
  const live = LIVE.map(([deviceId, , activity]) =>
    beLive(url, recordings[activity], deviceId, activity, stop.signal)
  );
  return async () => {
    stop.abort();
    await Promise.all(live);
  };
}

const PASSWORD = "correct horse battery";
/** Who may do what, beside Anna, who is the first admin. */
const USERS = [{ name: "Ben", role: "viewer" }, { name: "Chiara", role: "admin" }];
const TOKENS = [{ name: "Nightly export", scopes: ["read"] }, { name: "Rollout", scopes: ["admin"] }];

/**
 * Makes an admin, from when on everybody has to sign in, other users, and API tokens.
 *
 * @returns the admin's Cookie header
 */
export async function admit(url: string): Promise<string> {
  const form = new URLSearchParams({ name: "Anna", password: PASSWORD, again: PASSWORD });
  const made = await fetch(`${url}/setup`, {
    method: "POST",
    body: form,
    headers: { origin: url, "user-agent": "Firefox on Anna's laptop" },
    redirect: "manual",
  });
  await made.body?.cancel();
  const [cookie] = made.headers.get("set-cookie")!.split(";");
  const headers = { cookie, origin: url };
  for (const user of USERS) await send(url, "POST", "/api/users", { ...user, password: PASSWORD }, headers);
  for (const token of TOKENS) await send(url, "POST", "/api/tokens", token, headers);
  const { version, values } = await (await fetch(`${url}/api/thresholds`, { headers })).json();
  const change = { values: { ...values, runningMs2: 7.4 }, message: "Ben's jogging was taken for walking" };
  await send(url, "PUT", "/api/thresholds", change, { ...headers, "if-match": `"v${version}"` });
  return cookie;
}

/** Readings of an activity for as long as wanted: a recording again and again. */
class Loop {
  readonly #readings: Readings;
  readonly #lengthMs: number;

  constructor(readings: Readings) {
    this.#readings = readings;
    const { tMs, count } = readings;
    this.#lengthMs = tMs[count - 1] - tMs[0] + (tMs[count - 1] - tMs[0]) / (count - 1);
  }

  /** Those from `fromMs` to before `toMs` of the loop, stamped from `atMs` on. */
  slice(fromMs: number, toMs: number, atMs: number): { timestamp: number; values: number[] }[] {
    const { tMs, xyz, count } = this.#readings;
    const found = [];
    for (let round = Math.floor(fromMs / this.#lengthMs); round * this.#lengthMs < toMs; round++) {
      for (let i = 0; i < count; i++) {
        const t = round * this.#lengthMs + tMs[i] - tMs[0];
        if (t < fromMs || t >= toMs) continue;
        const timestamp = Math.round((atMs + t - fromMs) * 1000) / 1000;
        found.push({ timestamp, values: [...xyz.subarray(3 * i, 3 * i + 3)] });
      }
    }
    return found;
  }
}

async function loadRecordings(): Promise<Record<Act, Loop>> {
  const path = (file: string) => new URL(`../stream/testdata/${file}.csv`, import.meta.url).pathname;
  const loops = Object.entries(FILES).map(async ([activity, file]) => [
    activity,
    new Loop(await readRecording(path(file))),
  ]);
  return Object.fromEntries(await Promise.all(loops));
}

async function postDay(url: string, recordings: Record<Act, Loop>, entry: Day, sessionId: string) {
  const { deviceId, course, startedHoursAgo } = entry;
  const where = `/api/sessions/${sessionId}`, query = `?deviceId=${deviceId}`;
  const spans: { from: number; to: number; activity: Act }[] = [];
  let atMs = Math.floor(Date.now() / 1000) * 1000 - startedHoursAgo * 3_600_000, message = 0;
  for (const [activity, minutes] of course) {
    const from = atMs, to = atMs + minutes * 60_000;
    for (; atMs < to && activity !== "gap"; atMs += MESSAGE_MS) {
      const readings = recordings[activity].slice(atMs - from, atMs - from + MESSAGE_MS, atMs);
      await post(url, deviceId, sessionId, message++, readings);
    }
    atMs = to;
    if (activity !== "gap") spans.push({ from, to, activity });
  }
  if (entry.name !== null) await send(url, "PATCH", where + query, { name: entry.name });
  if (!entry.isLabelled) return;
  for (const { from, to, activity } of spans) {
    await send(url, "PUT", `${where}/labels/${from}-${to}${query}`, { activity });
  }
}

async function beLive(url: string, loop: Loop, deviceId: string, activity: Act, signal: AbortSignal) {
  const startMs = Date.now();
  for (let message = 0; !signal.aborted; message++) {
    const fromMs = message * LIVE_MESSAGE_MS;
    const readings = loop.slice(fromMs, fromMs + LIVE_MESSAGE_MS, startMs + fromMs);
    await delay(Math.max(0, startMs + fromMs + LIVE_MESSAGE_MS - Date.now()));
    await post(url, deviceId, `live-${activity}`, message, readings);
  }
}

function post(
  url: string,
  deviceId: string,
  sessionId: string,
  message: number,
  readings: { timestamp: number; values: number[] }[],
): Promise<void> {
  const sensorReadings = readings.map((reading) => ({ name: "accelerometer", ...reading }));
  return send(url, "POST", "/sensor-data", {
    messageId: String(message),
    sessionId,
    deviceId,
    sensorReadings,
  });
}

async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<void> {
  for (;;) {
    const response = await fetch(url + path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return;
    if (response.status !== 429) {
      throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    }
    await delay(Number(response.headers.get("retry-after") ?? 1) * 1000);
  }
}
