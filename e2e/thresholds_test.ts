/**
 * Thresholds are changed while phones send: on the real server, on both logs, and among several processes.
 */
import assert from "node:assert/strict";
import type { ActivityRecord } from "../log/records.ts";
import type { ThresholdsState, ThresholdValues } from "../web/services.ts";
import { getJson, type Message, postReadings, until, windowsOf } from "./client.ts";
import { engineTest, inTempDir, kafkaEnv } from "./engines.ts";
import { kafkaTest } from "./kafka/testing.ts";
import { startServer } from "./server.ts";

/** From the answer to a change until a running session's results go by it, on whichever process, ms. */
const EFFECT_MS = 2000;
const READINGS_PER_S = 50;

/** Someone who walks with a mean magnitude of 3.2 m/s²; each message is the next second. */
class Walker {
  #second = 0;
  readonly #startMs = Math.floor(Date.now() / 1000 - 600) * 1000;
  constructor(readonly deviceId: string) {}

  get sessionId(): string {
    return `${this.deviceId}-walk`;
  }

  next(): Message {
    const second = this.#second++;
    const sensorReadings = Array.from({ length: READINGS_PER_S }, (_, i) => {
      const s = second + i / READINGS_PER_S;
      const values = [0, 0, 9.81 + 5 * Math.sin(2 * Math.PI * 1.9 * s)];
      return { name: "accelerometer", timestamp: this.#startMs + 1000 * s, values };
    });
    return { messageId: `${second}`, sessionId: this.sessionId, deviceId: this.deviceId, sensorReadings };
  }

  /** Walks until there are results that are as wanted. */
  async walkUntil(
    to: string,
    seen: string,
    good: (windows: ActivityRecord[]) => boolean,
    patienceMs?: number,
  ): Promise<ActivityRecord[]> {
    return await until(
      async () => {
        await postReadings(to, [this.next()]);
        return await windowsOf(seen, this.sessionId);
      },
      good,
      patienceMs,
    );
  }
}

async function save(url: string, change: Record<string, unknown>, version: number) {
  const response = await fetch(`${url}/api/thresholds`, {
    method: "PUT",
    headers: { "content-type": "application/json", "if-match": `"v${version}"` },
    body: JSON.stringify({ message: "try", ...change }),
  });
  return { status: response.status, body: await response.json() };
}

const stateOf = (url: string): Promise<ThresholdsState> => getJson(`${url}/api/thresholds`);
const versionsOf = (windows: readonly ActivityRecord[]) => windows.map((window) => window.thresholdsVersion);
/** Nobody walks as hard: whoever walked is stationary with it. */
const calm = (values: ThresholdValues): ThresholdValues => ({ ...values, walkingMs2: 6.5 });

engineTest(
  "a running session goes by new thresholds within 2 s, and its results say by which",
  async ({ env }) => {
    let server = await startServer(env);
    try {
      const { url } = server;
      const [walker, other] = [new Walker("walker"), new Walker("other")];
      for (const each of [walker, other]) {
        const windows = await each.walkUntil(url, url, (windows) => windows.length >= 10);
        assert.deepEqual(new Set(versionsOf(windows)), new Set([1]));
        assert.equal(windows.at(-1)!.activity, "walking");
      }
      const { values } = await stateOf(url);
      assert.equal((await save(url, { values: calm(values) }, 1)).status, 200);
      const windows = await walker.walkUntil(url, url, (w) => w.at(-1)!.thresholdsVersion === 2, EFFECT_MS);
      assert.equal(windows.at(-1)!.activity, "stationary");
      assert.deepEqual(versionsOf(windows), versionsOf(windows).toSorted(), "from one window on");
      for (const { thresholdsVersion, activity } of windows.slice(5)) {
        assert.equal(activity, thresholdsVersion === 1 ? "walking" : "stationary");
      }

      // The first gets its old values back for itself.
      assert.equal((await save(url, { values, deviceId: "walker" }, 2)).status, 200);
      const own = await walker.walkUntil(url, url, (w) => w.at(-1)!.thresholdsVersion === 3, EFFECT_MS);
      assert.equal(own.at(-1)!.activity, "walking");
      const count = (await windowsOf(url, other.sessionId)).length;
      const others = await other.walkUntil(url, url, (w) => w.length > count + 2, EFFECT_MS);
      assert.deepEqual([others.at(-1)!.thresholdsVersion, others.at(-1)!.activity], [2, "stationary"]);

      await server.kill();
      server = await startServer(env);
      const { version, overrides } = await stateOf(server.url);
      assert.deepEqual([version, overrides.map(({ deviceId }) => deviceId)], [3, ["walker"]]);
      const total = (await windowsOf(server.url, walker.sessionId)).length;
      const after = await walker.walkUntil(server.url, server.url, (w) => w.length > total + 2);
      assert.equal(after.at(-1)!.thresholdsVersion, 3);
      assert.equal(new Set(after.map(({ messageId }) => messageId)).size, after.length);
      assert.deepEqual(after.slice(0, own.length), own, "what was decided stays");
      assert.equal(await server.stop(), 0);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  },
);

engineTest(
  "of two who change the same version one is told what the other has made of it",
  async ({ env }) => {
    await using server = await startServer(env);
    const { values } = await stateOf(server.url);
    const results = await Promise.all([
      save(server.url, { values: { ...values, walkingMs2: 1.5 }, message: "one" }, 1),
      save(server.url, { values: { ...values, walkingMs2: 1.6 }, message: "other" }, 1),
    ]);
    const [won, lost] = results.toSorted((a, b) => a.status - b.status);
    assert.deepEqual([won.status, lost.status], [200, 412]);
    assert.deepEqual(lost.body.current, won.body);
    const { items } = await getJson(`${server.url}/api/thresholds/history`);
    assert.deepEqual(items.map(({ version }: { version: number }) => version), [2, 1]);
    const again = await save(server.url, { values, restoredFrom: 1, message: "back" }, 2);
    assert.deepEqual([again.status, again.body.version, again.body.values], [200, 3, values]);
  },
);

engineTest(
  "a preview and a suggestion are made from recorded sessions, though nothing may be written",
  async ({ env }) => {
    await using server = await startServer(env);
    const { url } = server;
    const walker = new Walker("walker");
    await walker.walkUntil(url, url, (windows) => windows.length >= 10);
    const { values } = await stateOf(url);
    const ask = async (what: string) => {
      const body = JSON.stringify({ values: calm(values) });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/api/thresholds/${what}`, { method: "POST", headers, body });
      assert.equal(response.status, 200, what);
      return await response.json();
    };
    const preview = await ask("preview");
    assert.deepEqual([preview.sessions, preview.changedSessions, preview.before.windows], [1, 1, 0]);
    assert.ok(preview.changedMs >= 5000);
    assert.deepEqual((await ask("suggest")).values, calm(values));
    assert.equal(await server.stop(), 0);
  },
);

kafkaTest(
  "two web nodes and a stream process: a change on one is in force and seen on all",
  async (brokers) => {
    await inTempDir(async (dir) => {
      const env = kafkaEnv(brokers);
      const start = (name: string, role: string) =>
        startServer({ ...env, DATA_DIR: `${dir}/${name}` }, ["--roles", role]);
      await using one = await start("one", "web");
      await using other = await start("other", "web");
      await using stream = await start("stream", "stream");
      const walker = new Walker("walker");
      await walker.walkUntil(one.url, other.url, (windows) => windows.length >= 10);
      const { values } = await stateOf(other.url);
      assert.equal((await save(one.url, { values: calm(values) }, 1)).status, 200);
      const seen = until(() => stateOf(other.url), ({ version }) => version === 2, EFFECT_MS);
      const windows = await walker.walkUntil(
        one.url,
        other.url,
        (w) => w.at(-1)!.thresholdsVersion === 2,
        EFFECT_MS,
      );
      assert.equal(windows.at(-1)!.activity, "stationary");
      assert.deepEqual((await seen).values, calm(values));
      const late = await save(other.url, { values }, 1);
      assert.deepEqual([late.status, late.body.current.version], [412, 2]);
      assert.deepEqual(
        await Promise.all([stream, one, other].map((process) => process.stop())),
        [0, 0, 0],
      );
    });
  },
);
