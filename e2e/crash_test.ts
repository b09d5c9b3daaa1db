/**
 * Kills the server at random moments while phones post, and compares every window with those of an undisturbed run.
 */
import assert from "node:assert/strict";
import { seededU32 } from "../commands/random.ts";
import { type ServerProcess, startServer } from "./server.ts";
import type { ActivityRecord } from "../log/records.ts";

const PHONES = 50;
const KILLS = 20;
/** Messages a phone posts, one second of readings each: enough that phones still post at the last kill. */
const MESSAGES = 360;
/** Between a phone's messages, ms: under the limit of 20 requests a second. */
const PACE_MS = 60;
const HZ = 20;
/** Kill after a random time up to this, ms. */
const MAX_UPTIME_MS = 1500;
const SETTINGS = { SESSION_IDLE_MS: "4000" };
/** Anything stuck longer than this has failed, ms. */
const DEADLINE_MS = 240_000;

/** From 0 to 1, the same in every run. */
function random(seed: number): () => number {
  const next = seededU32(seed);
  return () => next() / 2 ** 32;
}

/** A phone that changes between still, walking and running, all its messages ready to be sent. */
function messagesOf(phone: number, startMs: number): string[] {
  const next = random(phone + 1);
  return Array.from({ length: MESSAGES }, (_, message) => {
    const amplitude = [0.1, 6, 18][Math.floor((message + phone * 7) / 20) % 3];
    const sensorReadings = Array.from({ length: HZ }, (_, i) => {
      const timestamp = startMs + message * 1000 + i * (1000 / HZ);
      const swing = amplitude * Math.sin(timestamp * 0.0113) + next();
      return { name: "accelerometer", timestamp, values: [swing, next() * 0.3, 9.81 + next() * 0.2] };
    });
    return JSON.stringify({
      messageId: `${message}`,
      sessionId: `run-${phone}`,
      deviceId: `phone-${phone}`,
      sensorReadings,
    });
  });
}

/** Posts a phone's messages in order, each again until it is acknowledged. */
async function post(messages: string[], url: () => Promise<string>, onAck: () => void): Promise<void> {
  for (const body of messages) {
    for (;;) {
      try {
        const response = await fetch(`${await url()}/sensor-data`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        const text = await response.text();
        if (response.status === 200) break;
        assert.ok(response.status === 503 || response.status === 429, `status ${response.status}: ${text}`);
        await delay(Number(response.headers.get("retry-after") ?? 1) * 1000);
      } catch (error) {
        // The server was killed under the request: the phone does not know whether it was taken, and sends it again.
        if (!(error instanceof TypeError)) throw error;
        await delay(20);
      }
    }
    onAck();
    await delay(PACE_MS);
  }
}

/** Waits in real time: the processes under test have their own clocks. */
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function windowsOf(url: string, phone: number): Promise<ActivityRecord[]> {
  const windows: ActivityRecord[] = [];
  let cursor = "";
  do {
    const response = await fetch(
      `${url}/api/sessions/run-${phone}/activity?limit=1000${cursor && `&cursor=${cursor}`}`,
    );
    const page = await response.json();
    windows.push(...page.items);
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
  return windows;
}

/** All windows, once every session is closed. */
async function collect(url: string): Promise<ActivityRecord[][]> {
  for (;;) {
    const response = await fetch(`${url}/api/sessions?live=true`);
    const { total } = await response.json();
    if (total === 0) break;
    await delay(200);
  }
  return await Promise.all(Array.from({ length: PHONES }, (_, phone) => windowsOf(url, phone)));
}

/** Runs the phones against a server that is killed so many times. */
async function run(kills: number, startMs: number): Promise<{ windows: ActivityRecord[][]; downMs: number }> {
  const dir = await Deno.makeTempDir();
  const env = { ...SETTINGS, DATA_DIR: `${dir}/data` };
  let server: ServerProcess = await startServer(env);
  let up = Promise.resolve(server.url);
  let acked = 0;
  const next = random(42);
  const phones = Promise.all(
    Array.from({ length: PHONES }, (_, phone) => post(messagesOf(phone, startMs), () => up, () => acked++)),
  );
  let downMs = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      await Promise.race([delay(next() * MAX_UPTIME_MS), phones]);
      assert.ok(
        acked < PHONES * MESSAGES,
        `only ${kill} kills before the phones were done: post more messages`,
      );
      const restarted = Promise.withResolvers<string>();
      up = restarted.promise;
      const killedAt = performance.now();
      await server.kill();
      server = await startServer(env);
      downMs = Math.max(downMs, performance.now() - killedAt);
      restarted.resolve(server.url);
    }
    await phones;
    assert.equal(acked, PHONES * MESSAGES);
    const windows = await collect(server.url);
    assert.equal(await server.stop(), 0, "SIGTERM ends the server with 0");
    return { windows, downMs };
  } finally {
    await server[Symbol.asyncDispose]();
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test(`${KILLS} SIGKILLs under ${PHONES} posting phones change no window, lose none and repeat none`, async () => {
  const deadline = setTimeout(() => {
    console.error("crash test: stuck");
    Deno.exit(1);
  }, DEADLINE_MS);
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  const undisturbed = await run(0, startMs);
  const killed = await run(KILLS, startMs);
  clearTimeout(deadline);
  console.log(`longest from kill to ready: ${Math.round(killed.downMs)} ms`);
  for (let phone = 0; phone < PHONES; phone++) {
    const times = killed.windows[phone].map((window) => window.timestamp);
    assert.equal(new Set(times).size, times.length, `phone ${phone} has a window twice`);
    assert.ok(times.length >= MESSAGES, `phone ${phone} has ${times.length} windows for ${MESSAGES} s`);
    assert.deepEqual(killed.windows[phone], undisturbed.windows[phone], `phone ${phone}`);
  }
});
