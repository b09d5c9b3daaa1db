import assert from "node:assert/strict";
import fc from "fast-check";
import type { ReadingBatch } from "../../log/records.ts";
import { TooLarge } from "../../log/too_large.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { newIngestCounters } from "../counters.ts";
import { DeviceHealths } from "../device_health.ts";
import { createIngest, type IngestDeps } from "./service.ts";
import { DEFAULT_INGEST } from "../settings.ts";

const NOW_MS = 1_764_000_000_000;
const KEYS: Record<string, { deviceId: string; revoked: boolean }> = {
  "at_d": { deviceId: "d", revoked: false },
  "at_old": { deviceId: "d", revoked: true },
};

interface Stored extends Omit<ReadingBatch, "tMs" | "xyz"> {
  tMs: number[];
  xyz: number[];
}

function setup(change: Partial<IngestDeps> = {}) {
  const stored: Stored[] = [];
  const counters = newIngestCounters();
  const ingest = createIngest({
    sink: {
      append(batch) {
        const { count } = batch;
        stored.push({
          ...batch,
          tMs: [...batch.tMs.subarray(0, count)],
          xyz: [...batch.xyz.subarray(0, 3 * count)],
        });
        return Promise.resolve({ duplicate: false });
      },
    },
    keys: { owner: (key) => KEYS[key] ?? null },
    settings: { ...DEFAULT_INGEST, openIngest: true },
    now: () => NOW_MS,
    counters,
    ...change,
  });
  const post = async (message: unknown, { token, ...init }: RequestInit & { token?: string } = {}) => {
    const body = typeof message === "string" ? message : JSON.stringify(message);
    const request = new Request("http://localhost/sensor-data", { method: "POST", body, ...init });
    const response = await ingest.post(request, token);
    return { status: response.status, headers: response.headers, ...await response.json() };
  };
  return { ingest, post, stored, counters, close: () => ingest.close() };
}

const reading = (name = "accelerometer", timestamp = NOW_MS, values: unknown = [1, 2, 3]) => ({
  name,
  timestamp,
  values,
});
const message = (sensorReadings: unknown[] = [reading()], ids = {}) => ({
  messageId: "m",
  sessionId: "s",
  deviceId: "d",
  sensorReadings,
  ...ids,
});

Deno.test("post() stores the columns and ids of a message as they were sent", async () => {
  const { post, stored } = setup();
  const answer = await post(
    message([reading("accelerometer", NOW_MS + 0.5, [0.1, -2, 9.81])], { messageId: 7 }),
  );
  assert.deepEqual(answer, {
    status: "ok",
    accepted: 1,
    rejected: 0,
    ignored: 0,
    duplicate: 0,
    errors: [],
    warnings: [],
    headers: answer.headers,
  });
  assert.deepEqual(stored, [{
    messageId: "7",
    sessionId: "s",
    deviceId: "d",
    receivedAtMs: NOW_MS,
    source: "seed",
    gravity: "unknown",
    count: 1,
    tMs: [NOW_MS + 0.5],
    xyz: [0.1, -2, 9.81],
  }]);
});

Deno.test("post() takes the best motion sensor of a message and ignores the others", async () => {
  const { post, stored } = setup();
  const names = ["gyroscope", "totalacceleration", "accelerometer", "linear_acceleration", "accelerometer"];
  const answer = await post(message(names.map((name, i) => reading(name, NOW_MS - i))));
  assert.deepEqual([answer.accepted, answer.ignored, answer.rejected], [2, 3, 0]);
  assert.deepEqual(stored[0].tMs, [NOW_MS - 2, NOW_MS - 4]);
});

Deno.test("post() falls back to the next sensor when the best one has no usable reading", async () => {
  const { post, stored } = setup();
  const answer = await post(message([reading("accelerometer", NOW_MS, null), reading("totalacceleration")]));
  assert.deepEqual([answer.accepted, answer.rejected], [1, 1]);
  assert.equal(stored[0].gravity, "included");
});

Deno.test("post() explains a message without any motion sensor instead of refusing it", async () => {
  const { post, stored } = setup();
  const answer = await post(message([reading("gyroscope")]));
  assert.deepEqual([answer.status, answer.accepted, answer.ignored], ["ok", 0, 1]);
  assert.equal(answer.warnings[0].code, "no_motion_sensor");
  assert.deepEqual(stored, []);
});

Deno.test("post() warns of late readings, of a fast clock and of repeated times", async () => {
  const { post, counters } = setup();
  const times = [NOW_MS - 60_001, NOW_MS - 60_000, NOW_MS + 1000, NOW_MS + 1001, NOW_MS + 1001];
  const answer = await post(message(times.map((time) => reading("accelerometer", time))));
  assert.deepEqual(answer.warnings.map((w: { code: string }) => w.code), [
    "late",
    "clock_skew",
    "duplicate_readings",
  ]);
  assert.deepEqual([counters.accepted, counters.late, counters.duplicate], [4, 1, 1]);
});

Deno.test("post() lists at most 20 errors, in the order of the readings", async () => {
  const { post } = setup();
  const bad = Array.from(
    { length: 30 },
    (_, i) => i % 2 === 0 ? reading("accelerometer", NOW_MS, null) : null,
  );
  const answer = await post(message([...bad, reading()]));
  assert.equal(answer.rejected, 30);
  const indexes = answer.errors.map((error: { index: number }) => error.index);
  assert.equal(indexes.length, 20);
  assert.deepEqual(indexes, [...indexes].sort((a, b) => a - b));
});

Deno.test("without open ingest a request needs a key, and the answer names the carriers", async () => {
  const { post, stored, counters } = setup({ settings: DEFAULT_INGEST });
  const answer = await post(message());
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get("www-authenticate"), /Bearer/);
  assert.match(answer.detail, /Bearer <key>.*\/ingest\/<key>/);
  assert.equal((await post(message(), { headers: { "x-api-key": "at_d" } })).accepted, 1);
  assert.deepEqual([stored.length, counters.unauthorized], [1, 1]);
});

for (const openIngest of [true, false]) {
  Deno.test(`a key that is sent must be valid, openIngest ${openIngest}`, async () => {
    const { post, stored } = setup({ settings: { ...DEFAULT_INGEST, openIngest } });
    const status = async (key: string) =>
      (await post(message(), { headers: { authorization: `Bearer ${key}` } })).status;
    assert.equal(await status("at_wrong"), 401);
    assert.equal(await status("at_old"), 403);
    assert.equal((await post(message(), { token: "at_wrong" })).status, 401);
    assert.deepEqual(stored, []);
  });
}

Deno.test("a key in a header must be of the device that the message names", async () => {
  const { post, stored } = setup();
  const answer = await post(message(undefined, { deviceId: "e" }), { headers: { "x-api-key": "at_d" } });
  assert.equal(answer.status, 403);
  assert.match(answer.detail, /for device d, the message is from e/);
  assert.deepEqual(stored, []);
});

Deno.test("a key in the path decides the device, whether the message names one or not", async () => {
  const { post, stored } = setup();
  await post(message(undefined, { deviceId: "made up by the app" }), { token: "at_d" });
  await post(message(undefined, { deviceId: undefined }), { token: "at_d" });
  assert.deepEqual(stored.map((batch) => batch.deviceId), ["d", "d"]);
});

Deno.test("a device that sends too often gets 429 with Retry-After until its bucket has refilled", async () => {
  let nowMs = NOW_MS;
  const { post, stored } = setup({ now: () => nowMs });
  for (let i = 0; i < 60; i++) assert.equal((await post(message())).accepted, 1);
  const answer = await post(message());
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get("retry-after"), "1");
  assert.equal((await post(message(undefined, { deviceId: "e" }))).accepted, 1);
  nowMs += 50;
  assert.equal((await post(message())).accepted, 1);
  assert.equal(stored.length, 62);
});

Deno.test("a log that cannot store now gives 503 with its Retry-After", async () => {
  const sink = { append: () => Promise.reject(new Unavailable("the disk is full; free some space", 30)) };
  const { post, counters } = setup({ sink });
  const answer = await post(message());
  assert.equal(answer.status, 503);
  assert.equal(answer.detail, "the disk is full; free some space");
  assert.equal(answer.headers.get("retry-after"), "30");
  assert.deepEqual([counters.unavailable, counters.accepted], [1, 0]);
});

Deno.test("a message that the log is too small for gives 413 with what to do, and no Retry-After", async () => {
  const sink = { append: () => Promise.reject(new TooLarge("raise max.message.bytes")) };
  const { post, counters } = setup({ sink });
  const answer = await post(message());
  assert.equal(answer.status, 413);
  assert.equal(answer.detail, "raise max.message.bytes");
  assert.equal(answer.headers.get("retry-after"), null);
  assert.deepEqual([counters.tooLarge, counters.accepted], [1, 0]);
});

Deno.test("a fault of the program is not hidden", async () => {
  for (const fault of [new TypeError("fault"), new RangeError("fault")]) {
    const { post } = setup({ sink: { append: () => Promise.reject(fault) } });
    await assert.rejects(post(message()), /fault/);
  }
});

Deno.test("lines are all stored or, if one cannot be used, none", async () => {
  const { post, stored } = setup();
  const send = (...messages: unknown[]) =>
    post(messages.map((m) => JSON.stringify(m)).join("\n"), {
      headers: { "content-type": "application/x-ndjson" },
    });
  const refused = await send(message(), message([reading()], { sessionId: null }));
  assert.equal(refused.status, 400);
  assert.equal(refused.errors[0].pointer, "/1/sessionId");
  assert.deepEqual(stored, []);
  const partial = await send(message(), message([null, reading()], { messageId: 2 }));
  assert.deepEqual([partial.status, partial.accepted, partial.rejected], ["partial", 2, 1]);
  assert.equal(partial.errors[0].pointer, "/1/sensorReadings/0");
  assert.equal(stored.length, 2);
  const tooMany = await send(message(Array(15_000).fill(reading())), message(Array(15_000).fill(reading())));
  assert.equal(tooMany.status, 413);
  const tooManyLines = await send(...Array(1001).fill({ payload: [] }));
  assert.match(tooManyLines.detail, /1001 messages: expected at most 1000/);
});

Deno.test("whatever bytes arrive, the answer is one of the contract and every reading is accounted for", async () => {
  const { post, counters } = setup({ settings: { ...DEFAULT_INGEST, openIngest: true, burst: 1e9 } });
  const field = fc.oneof(fc.jsonValue(), fc.constantFrom("s", 1));
  const near = fc.record({
    messageId: field,
    sessionId: field,
    deviceId: field,
    sensorReadings: fc.array(fc.jsonValue()),
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(near, fc.jsonValue(), fc.string()), fc.boolean(), async (body, lines) => {
      const type = lines ? "application/x-ndjson" : "application/json";
      const answer = await post(body, { headers: { "content-type": type } });
      if (answer.status === 400) assert.ok(answer.detail.length > 20);
      else assert.ok(["ok", "partial"].includes(answer.status));
    }),
  );
  const { requests, badRequests } = counters;
  assert.ok(badRequests > 0 && badRequests < requests, `${badRequests} of ${requests}`);
});

const phyphoxPost = {
  acc_time: [0.02, 0.04],
  accX: [0.1, null],
  accY: [0.3, 0.4],
  accZ: [9.8, 9.7],
  time: { events: [{ event: "START", experimentTime: 0, systemTime: NOW_MS / 1000 - 1 }] },
};

Deno.test("postPhyphox() stores what phyphox posts under the key's device, and refuses only the reading with a null", async () => {
  const { stored, ingest } = setup();
  const send = (body: unknown) =>
    ingest.postPhyphox(
      new Request("http://localhost/", {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json; utf-8" },
      }),
      "at_d",
    );
  const answer = await (await send(phyphoxPost)).json();
  assert.deepEqual([answer.status, answer.accepted, answer.rejected], ["partial", 1, 1]);
  assert.deepEqual([stored[0].deviceId, stored[0].source, stored[0].gravity, stored[0].xyz], [
    "d",
    "phyphox",
    "included",
    [0.1, 0.3, 9.8],
  ]);
  const refused = await send({ accX: [] });
  assert.equal(refused.status, 400);
  assert.match((await refused.json()).detail, /has no acc_time/);
});

const payload = (...entries: [name: string, values: unknown][]) => ({
  messageId: 1,
  sessionId: "s",
  deviceId: "app",
  payload: entries.map(([name, values]) => ({ name, time: NOW_MS * 1e6, values })),
});

Deno.test("with ?hints=499 Sensor Logger's user is told in plain text what is to be mended, otherwise nobody is", async () => {
  const { ingest } = setup();
  const ask = async (token: string | undefined, query: string, body: unknown) => {
    const url = `http://localhost/ingest/x${query}`;
    const answer = await ingest.post(new Request(url, { method: "POST", body: JSON.stringify(body) }), token);
    return [answer.status, answer.headers.get("content-type"), await answer.text()] as const;
  };
  const light = payload(["light", { lux: 3 }]);
  const told = await ask("at_d", "?hints=499", light);
  assert.deepEqual(told.slice(0, 2), [499, "text/plain; charset=utf-8"]);
  assert.match(told[2], /^Activity Tracker: .*turn on Accelerometer/);
  assert.match((await ask("at_old", "?hints=499", light))[2], /^Activity Tracker: this key was revoked/);
  assert.equal((await ask("at_unknown", "?hints=499", light))[0], 499);

  assert.equal((await ask("at_d", "", light))[0], 200);
  assert.equal((await ask("at_old", "", light))[0], 403);
  assert.equal((await ask(undefined, "?hints=499", light))[0], 200);
  const accelerometer = payload(["accelerometer", { x: 0, y: 0, z: 0 }]);
  assert.equal((await ask("at_d", "?hints=499", accelerometer))[0], 200);
  assert.equal((await ask("at_d", "?hints=499", payload()))[0], 200, "the app's test button");
  assert.equal((await ask("at_d", "?hints=499", "not an object"))[0], 400);
});

Deno.test("once a motion sensor has reported, a message without one is no reason for a hint", async () => {
  const health = new DeviceHealths(() => ({ included: true, unit: "ms2" }));
  let nowMs = NOW_MS;
  const { ingest } = setup({ health, now: () => nowMs });
  const ask = async (body: unknown) => {
    const url = "http://localhost/ingest/x?hints=499";
    return (await ingest.post(new Request(url, { method: "POST", body: JSON.stringify(body) }), "at_d"))
      .status;
  };
  assert.equal(await ask(payload(["accelerometer", { x: 0, y: 0, z: 0 }])), 200);
  nowMs += 5000;
  assert.equal(await ask(payload(["light", { lux: 3 }])), 200);
});

Deno.test("what a phone says of its activity is heard, with the device that the readings are stored under", async () => {
  const heard: unknown[] = [];
  const labels = { hear: (...args: unknown[]) => void heard.push(args) };
  const { ingest } = setup({ labels });
  const send = (body: unknown) =>
    ingest.post(new Request("http://localhost/", { method: "POST", body: JSON.stringify(body) }), "at_d");
  await send(payload(["accelerometer", { x: 0, y: 0, z: 0 }]));
  assert.deepEqual(heard, []);
  const said = payload(["accelerometer", { x: 0, y: 0, z: 0 }], ["activity", { activity: "walking" }]);
  await send(said);
  assert.deepEqual(heard, [["d", "s", said.payload]]);
});
