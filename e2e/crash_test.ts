/**
 * Kills the server at random moments while phones post, and compares every window with those of an undisturbed run.
 */
import assert from "node:assert/strict";
import type { ActivityRecord } from "../log/records.ts";
import { allEnded, pagesFilled, windowsOf } from "./client.ts";
import { engineTest, inTempDir } from "./engines.ts";
import { delay, postAll, random } from "./phones.ts";
import { type ServerProcess, startServer } from "./server.ts";

const PHONES = 50;
/**
 * Kills, and messages a phone posts, one second of readings each: enough that phones still post at the last kill. On Kafka every
 * kill costs the session timeout; more of them, of single processes, are in kafka/chaos_test.ts.
 */
const LOADS = { embedded: { kills: 20, messages: 360 }, Kafka: { kills: 8, messages: 120 } };
/** Between a phone's messages, ms: under the limit of 20 requests a second. */
const PACE_MS = 60;
/** Kill after a random time up to this, ms. */
const MAX_UPTIME_MS = 1500;
/** Longer than a restart takes: a session that ends before its phone is heard again gets its last windows too early. */
const SETTINGS = { SESSION_IDLE_MS: "4000" };
/** Anything stuck longer than this has failed, ms. */
const DEADLINE_MS = 240_000;
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

const SESSIONS = Array.from({ length: PHONES }, (_, phone) => `run-${phone}`);

/** Runs the phones against a server that is killed so many times. */
async function run(
  kills: number,
  messages: number,
  engine: Record<string, string>,
): Promise<{ windows: ActivityRecord[][]; downMs: number }> {
  const env = { ...SETTINGS, ...engine };
  let server: ServerProcess = await startServer(env);
  let up = Promise.resolve(server.url);
  const next = random(42);
  const phones = postAll(
    { phones: PHONES, messages, paceMs: PACE_MS, startMs: START_MS },
    () => up,
  );
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
    await pagesFilled(server.url);
    await allEnded(server.url, SESSIONS);
    const windows = await Promise.all(SESSIONS.map((session) => windowsOf(server.url, session)));
    assert.equal(await server.stop(), 0, "SIGTERM ends the server with 0");
    return { windows, downMs };
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

/** Ends the whole run, which hangs and would not be ended by a failed test. */
function endAfter(ms: number): Disposable {
  const timer = setTimeout(() => {
    console.error("crash test: stuck");
    Deno.exit(1);
  }, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

engineTest(
  `SIGKILLs under ${PHONES} posting phones change no window, lose none and repeat none`,
  async (engine) => {
    using _deadline = endAfter(DEADLINE_MS);
    const { kills, messages } = LOADS[engine.name];
    const [undisturbed, { windows, downMs }] = await Promise.all([
      // Both logs must give the same, so the one that starts sooner will do.
      inTempDir((dir) => run(0, messages, { DATA_DIR: `${dir}/data` })),
      run(kills, messages, engine.env),
    ]);
    console.log(`${kills} kills; longest from kill to ready: ${Math.round(downMs)} ms`);
    for (let phone = 0; phone < PHONES; phone++) {
      const times = windows[phone].map(({ timestamp }) => timestamp);
      assert.equal(new Set(times).size, times.length, `phone ${phone} has a window twice`);
      assert.ok(times.length >= messages, `phone ${phone} has ${times.length} windows for ${messages} s`);
      assert.deepEqual(windows[phone], undisturbed.windows[phone], `phone ${phone}`);
    }
  },
);
