/**
 * Kills the server at random moments while phones post, and compares every window with those of an undisturbed run.
 */
import assert from "node:assert/strict";
import { delay, postAll, random } from "./phones.ts";
import { type ServerProcess, startServer } from "./server.ts";
import type { ActivityRecord } from "../log/records.ts";

const PHONES = 50;
const KILLS = 20;
/** Messages a phone posts, one second of readings each: enough that phones still post at the last kill. */
const MESSAGES = 360;
/** Between a phone's messages, ms: under the limit of 20 requests a second. */
const PACE_MS = 60;
/** Kill after a random time up to this, ms. */
const MAX_UPTIME_MS = 1500;
const SETTINGS = { SESSION_IDLE_MS: "4000" };
/** Anything stuck longer than this has failed, ms. */
const DEADLINE_MS = 240_000;

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
  const next = random(42);
  const phones = postAll({ phones: PHONES, messages: MESSAGES, paceMs: PACE_MS, startMs }, () => up);
  let downMs = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      await Promise.race([delay(next() * MAX_UPTIME_MS), phones.done]);
      assert.ok(
        phones.acked() < phones.total,
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
    await phones.done;
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
