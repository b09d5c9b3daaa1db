/**
 * The whole path through the real server process: readings in, windows out, over HTTP.
 */
import assert from "node:assert/strict";
import type { ActivityRecord } from "../log/records.ts";
import { readIndex, readRecording } from "../commands/recordings.ts";
import { startServer } from "./server.ts";

const TESTDATA = new URL("../stream/testdata/", import.meta.url).pathname;
/** Sessions end soon, so that all their windows are there. */
const SETTINGS = { SESSION_IDLE_MS: "1000" };
/** Waiting longer than this for another process has failed, ms. */
const PATIENCE_MS = 20_000;

interface Message {
  messageId: string;
  sessionId: string;
  deviceId: string;
  sensorReadings: { name: string; timestamp: number; values: number[] }[];
}

/** A recording as a phone's messages of one second each, the last reading now. */
async function messagesOf(file: string, deviceId: string): Promise<Message[]> {
  const { tMs, xyz, count } = await readRecording(`${TESTDATA}${file}`);
  const startMs = Date.now() - tMs[count - 1];
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

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = JSON.stringify(body);
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
  });
}

async function getJson(url: string) {
  const response = await fetch(url);
  assert.equal(response.status, 200, `${url} answers ${response.status}`);
  return await response.json();
}

/** Asks again until the answer is good: the server has a clock of its own. */
async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    assert.ok(
      performance.now() < deadline,
      `not within ${PATIENCE_MS} ms; the last answer: ${JSON.stringify(answer)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const allClosed = (url: string) =>
  until(() => getJson(`${url}/api/sessions?live=true`), ({ total }) => total === 0);
const windowsOf = async (url: string, sessionId: string): Promise<ActivityRecord[]> =>
  (await getJson(`${url}/api/sessions/${sessionId}/activity`)).items;

/** Collects live events until told to stop. */
function follow(url: string, lastEventId?: string) {
  const abort = new AbortController();
  const records: ActivityRecord[] = [];
  let id = "";
  const opened = Promise.withResolvers<void>();
  const ended = (async () => {
    const headers = lastEventId ? { "last-event-id": lastEventId } : undefined;
    const response = await fetch(`${url}/api/live`, { headers, signal: abort.signal });
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      opened.resolve();
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop()!;
      for (const event of events) {
        id = /^id: (.+)$/m.exec(event)?.[1] ?? id;
        if (/^event: activity$/m.test(event)) records.push(JSON.parse(/^data: (.+)$/m.exec(event)![1]));
      }
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

Deno.test("readings come back as windows: over the API, as CSV, live, and after kill -9", async () => {
  const dir = await Deno.makeTempDir();
  const env = { ...SETTINGS, DATA_DIR: `${dir}/data` };
  let server = await startServer(env);
  try {
    const live = follow(server.url);
    await live.opened;
    const index = await readIndex(TESTDATA);
    for (const { file, label } of index) {
      for (const message of await messagesOf(file, label)) {
        const response = await post(`${server.url}/sensor-data`, message);
        assert.equal(response.status, 200);
        const { status, accepted } = await response.json();
        assert.deepEqual({ status, accepted }, { status: "ok", accepted: message.sensorReadings.length });
      }
    }
    await allClosed(server.url);

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

    const key = (record: ActivityRecord) => record.messageId;
    await until(() => Promise.resolve(live.records), (records) => records.length === all.length);
    assert.deepEqual(live.records.map(key).sort(), all.map(key).sort());
    await live.stop();

    await server.kill();
    server = await startServer(env);
    assert.deepEqual(await windowsOf(server.url, "walking-run"), all.filter((w) => w.deviceId === "walking"));
    const resumed = follow(server.url, live.lastEventId);
    await resumed.opened;
    for (const message of await messagesOf(index[0].file, "again")) {
      await post(`${server.url}/sensor-data`, message);
    }
    await allClosed(server.url);
    const again = await windowsOf(server.url, "again-run");
    await until(() => Promise.resolve(resumed.records), (records) => records.length >= again.length);
    await resumed.stop();
    assert.deepEqual(resumed.records.map(key).sort(), again.map(key).sort());

    assert.equal(await server.stop(), 0);
    for (const suffix of ["", "-wal", "-shm"]) {
      await Deno.remove(`${env.DATA_DIR}/view.db${suffix}`).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
    server = await startServer(env);
    await until(
      () => getJson(`${server.url}/api/sessions`),
      ({ items }) => items.length === index.length + 1,
    );
    assert.deepEqual(await windowsOf(server.url, "walking-run"), all.filter((w) => w.deviceId === "walking"));
  } finally {
    await server[Symbol.asyncDispose]();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("without open ingest a phone needs its key, and a revoked one is refused", async () => {
  const dir = await Deno.makeTempDir();
  const server = await startServer({ ...SETTINGS, DATA_DIR: `${dir}/data`, INGEST_OPEN: "false" });
  try {
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
  } finally {
    await server[Symbol.asyncDispose]();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("SIGTERM under load ends with 0, and everything acknowledged is there afterwards", async () => {
  const dir = await Deno.makeTempDir();
  const env = { ...SETTINGS, DATA_DIR: `${dir}/data` };
  let server = await startServer(env);
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
    await until(() => Promise.resolve(acknowledged.size), (size) => size > 200);
    assert.equal(await server.stop(), 0);
    stopping = true;
    await Promise.all(phones);
    server = await startServer(env);
    await allClosed(server.url);
    const found = new Set<string>();
    let cursor = "";
    do {
      const page = await getJson(`${server.url}/api/sessions?limit=200${cursor && `&cursor=${cursor}`}`);
      for (const { sessionId } of page.items) found.add(sessionId);
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    assert.deepEqual([...acknowledged].filter((id) => !found.has(id)), []);
  } finally {
    await server[Symbol.asyncDispose]();
    await Deno.remove(dir, { recursive: true });
  }
});
