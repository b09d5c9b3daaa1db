/**
 * The whole path through the real server process: readings in, windows out, over HTTP; on both logs.
 */
import assert from "node:assert/strict";
import { readIndex } from "../commands/recordings.ts";
import type { ActivityRecord } from "../log/records.ts";
import {
  allEnded,
  follow,
  getJson,
  type Message,
  messagesOf,
  pagesFilled,
  post,
  postReadings,
  TESTDATA,
  until,
  windowsOf,
} from "./client.ts";
import { engineTest, inTempDir, kafkaEnv } from "./engines.ts";
import { kafkaTest } from "./kafka/testing.ts";
import { startServer } from "./server.ts";

/** Sessions end soon, so that all their windows are there. */
const SETTINGS = { SESSION_IDLE_MS: "1000" };

const byMessageId = (records: readonly ActivityRecord[]) => records.map(({ messageId }) => messageId).sort();

engineTest(
  "readings come back as windows: over the API, as CSV, live, and after kill -9",
  async ({ env }) => {
    let server = await startServer({ ...SETTINGS, ...env });
    try {
      const live = follow(server.url);
      await live.opened;
      const index = await readIndex(TESTDATA);
      const sessions = index.map(({ label }) => `${label}-run`);
      for (const { file, label } of index) await postReadings(server.url, await messagesOf(file, label));
      await allEnded(server.url, sessions);

      const all: ActivityRecord[] = [];
      for (const { label } of index) {
        const windows = await windowsOf(server.url, `${label}-run`);
        const right = windows.filter(({ activity }) => activity === label).length;
        assert.ok(right >= 0.8 * windows.length, `${label}: ${right} of ${windows.length} windows`);
        all.push(...windows);
        const csv = await (await fetch(`${server.url}/api/sessions/${label}-run/activity.csv`)).text();
        assert.equal(csv.trimEnd().split("\r\n").length, windows.length + 1);
        const detail = await getJson(`${server.url}/api/sessions/${label}-run`);
        assert.equal(detail.windows, windows.length);
        const segments: { windows: number }[] = detail.segments;
        assert.equal(segments.reduce((sum, segment) => sum + segment.windows, 0), windows.length);
      }
      const byTime = (await getJson(`${server.url}/api/activity?limit=1000`)).items;
      assert.equal(byTime.length, all.length);

      await until(() => live.records, (records) => records.length === all.length);
      assert.deepEqual(byMessageId(live.records), byMessageId(all));
      await live.stop();

      await server.kill();
      server = await startServer({ ...SETTINGS, ...env });
      await pagesFilled(server.url);
      const walking = all.filter(({ deviceId }) => deviceId === "walking");
      assert.deepEqual(await windowsOf(server.url, "walking-run"), walking);
      const resumed = follow(server.url, live.lastEventId);
      await resumed.opened;
      await postReadings(server.url, await messagesOf(index[0].file, "again"));
      await allEnded(server.url, ["again-run"]);
      const again = await windowsOf(server.url, "again-run");
      await until(() => resumed.records, (records) => records.length >= again.length);
      await resumed.stop();
      assert.deepEqual(byMessageId(resumed.records), byMessageId(again));

      assert.equal(await server.stop(), 0);
      for (const suffix of ["", "-wal", "-shm"]) {
        await Deno.remove(`${env.DATA_DIR}/view.db${suffix}`).catch((error) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
      }
      server = await startServer({ ...SETTINGS, ...env });
      await until(
        () => getJson(`${server.url}/api/sessions`),
        ({ items }) => items.length === index.length + 1,
      );
      await pagesFilled(server.url);
      assert.deepEqual(await windowsOf(server.url, "walking-run"), walking);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  },
);

engineTest(
  "a session that is open when the server stops gets its last windows after the next start",
  async ({ env }) => {
    const settings = { SESSION_IDLE_MS: "2000", LATENESS_MS: "2000", SLIDE_MS: "1000", ...env };
    const messages = await messagesOf((await readIndex(TESTDATA))[0].file, "phone-1");
    const lastMs = messages.at(-1)!.sensorReadings.at(-1)!.timestamp;
    const reached = (url: string, endMs: number) =>
      until(() => windowsOf(url, "phone-1-run"), (windows) => (windows.at(-1)?.timestamp ?? 0) >= endMs);
    {
      await using server = await startServer(settings);
      await postReadings(server.url, messages);
      // Up to here the readings alone tell that a window is complete.
      await reached(server.url, Math.floor((lastMs - 2000) / 1000) * 1000);
      assert.equal(await server.stop(), 0);
    }
    await using server = await startServer(settings);
    await reached(server.url, lastMs);
  },
);

engineTest("without open ingest a phone needs its key, and a revoked one is refused", async ({ env }) => {
  await using server = await startServer({ ...SETTINGS, ...env, INGEST_OPEN: "false" });
  const [message, next, last] = await messagesOf((await readIndex(TESTDATA))[0].file, "phone-1");
  const ingest = (body: Message, key?: string) =>
    post(`${server.url}/sensor-data`, body, key ? { authorization: `Bearer ${key}` } : {});
  const refused = await ingest(message);
  assert.equal(refused.status, 401);
  assert.match((await refused.json()).detail, /Authorization: Bearer/);
  const issued = await post(`${server.url}/api/devices`, { deviceId: "phone-1", name: "Anna's phone" });
  assert.equal(issued.status, 201);
  const { key, ingestPath } = await issued.json();
  assert.equal((await (await ingest(message, key)).json()).status, "ok");
  assert.equal((await (await post(`${server.url}${ingestPath}`, next)).json()).status, "ok");
  const revoked = await fetch(`${server.url}/api/devices/phone-1/key`, { method: "DELETE" });
  assert.ok(revoked.ok);
  await revoked.body?.cancel();
  const late = await ingest(last, key);
  assert.equal(late.status, 403);
  await late.body?.cancel();
  assert.equal(await server.stop(), 0);
});

engineTest(
  "SIGTERM under load ends with 0, and everything acknowledged is there afterwards",
  async ({ env }) => {
    let server = await startServer({ ...SETTINGS, ...env });
    try {
      const startMs = Date.now() - 60_000;
      const acknowledged = new Set<string>();
      let stopping = false;
      const phones = Array.from({ length: 20 }, async (_, phone) => {
        for (let i = 0; !stopping; i++) {
          const sensorReadings = [{ name: "accelerometer", timestamp: startMs + i, values: [0, 0, 9.8] }];
          const sessionId = `s-${phone}-${i}`;
          try {
            const response = await post(`${server.url}/sensor-data`, {
              messageId: "1",
              sessionId,
              deviceId: `d-${phone}-${i}`,
              sensorReadings,
            });
            await response.body?.cancel();
            if (response.status === 200) acknowledged.add(sessionId);
          } catch (error) {
            // The listener is closed: the phone would try again.
            if (!(error instanceof TypeError)) throw error;
            return;
          }
        }
      });
      await until(() => acknowledged.size, (size) => size > 200);
      assert.equal(await server.stop(), 0);
      stopping = true;
      await Promise.all(phones);
      server = await startServer({ ...SETTINGS, ...env });
      await allEnded(server.url, acknowledged);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  },
);

/** A key, and whether a phone is let in, must be known everywhere within this time, ms. */
const KEY_SPREAD_MS = 1000;

kafkaTest("two web nodes and a stream process are one server: readings, live view, keys", async (brokers) => {
  await inTempDir(async (dir) => {
    const env = { ...SETTINGS, ...kafkaEnv(brokers), INGEST_OPEN: "false" };
    const start = (name: string, role: string) =>
      startServer({ ...env, DATA_DIR: `${dir}/${name}` }, ["--roles", role]);
    await using one = await start("one", "web");
    await using other = await start("other", "web");
    await using stream = await start("stream", "stream");
    const nodes = [one, other];
    const live = follow(other.url);
    await live.opened;

    const [{ file }] = await readIndex(TESTDATA);
    const devices = ["phone-1", "phone-2"];
    for (const [i, deviceId] of devices.entries()) {
      const [here, there] = [nodes[i], nodes[1 - i]];
      const { key } = await (await post(`${here.url}/api/devices`, { deviceId, name: deviceId })).json();
      const headers = { authorization: `Bearer ${key}` };
      const [first, ...rest] = await messagesOf(file, deviceId);
      const statusOf = async (message: Message) => {
        const response = await post(`${there.url}/sensor-data`, message, headers);
        await response.body?.cancel();
        return response.status;
      };
      await until(() => statusOf(first), (status) => status === 200, KEY_SPREAD_MS);
      await postReadings(there.url, rest.slice(0, -1), headers);
      const revoked = await fetch(`${here.url}/api/devices/${deviceId}/key`, { method: "DELETE" });
      assert.ok(revoked.ok);
      await revoked.body?.cancel();
      await until(() => statusOf(rest.at(-1)!), (status) => status === 403, KEY_SPREAD_MS);
    }
    const sessions = devices.map((deviceId) => `${deviceId}-run`);
    for (const { url } of nodes) await allEnded(url, sessions);

    const [windows, ...same] = await Promise.all(
      nodes.map(({ url }) => Promise.all(sessions.map((session) => windowsOf(url, session)))),
    );
    assert.ok(windows.every((each) => each.length > 10));
    assert.deepEqual(same, [windows]);
    await until(() => live.records, (records) => records.length === windows.flat().length);
    assert.deepEqual(byMessageId(live.records), byMessageId(windows.flat()));
    await live.stop();

    for (const { url } of nodes) assert.equal((await getJson(`${url}/api/log`)).deadLetters, 0);
    const metrics = await (await fetch(`${stream.url}/metrics`)).text();
    assert.match(metrics, /^activity_tracker_log_dead_letters 0$/m);
    assert.deepEqual(await Promise.all([stream, ...nodes].map((process) => process.stop())), [0, 0, 0]);
  });
});
