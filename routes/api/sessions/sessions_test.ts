import assert from "node:assert/strict";
import { parquetReadObjects } from "hyparquet";
import { createApp } from "../../../web/app.ts";
import { NO_ASSETS } from "../../../web/assets.ts";
import * as api from "../../../web/api_schemas.ts";
import { FakeServices } from "../../../web/testing/fake_services.ts";
import * as csv from "./[sessionId]/activity.csv.ts";
import * as parquet from "./[sessionId]/activity.parquet.ts";
import * as session from "./[sessionId]/index.ts";
import * as labels from "./[sessionId]/labels/[span].ts";
import * as reclassify from "./[sessionId]/reclassify.ts";
import * as restore from "./[sessionId]/restore.ts";
import * as series from "./[sessionId]/series.ts";
import * as sessions from "./index.ts";

const ROUTES = Object.entries({
  "api/sessions/index.ts": sessions,
  "api/sessions/[sessionId]/index.ts": session,
  "api/sessions/[sessionId]/activity.csv.ts": csv,
  "api/sessions/[sessionId]/activity.parquet.ts": parquet,
  "api/sessions/[sessionId]/labels/[span].ts": labels,
  "api/sessions/[sessionId]/reclassify.ts": reclassify,
  "api/sessions/[sessionId]/restore.ts": restore,
  "api/sessions/[sessionId]/series.ts": series,
}).map(([file, module]) => ({ file, module }));
const START_MS = 1_767_225_600_000;
/** The session "a b" of phone-1, and what one of these tests asks about it most. */
const PATH = "/api/sessions/a%20b";

async function setup() {
  const services = new FakeServices();
  services.nowMs = START_MS + 3_600_000;
  await services.recorded.add({
    deviceId: "phone-1",
    sessionId: "a b",
    startMs: START_MS,
    parts: [["walking", 60], ["running", 30]],
  });
  const app = await createApp(services, { assets: NO_ASSETS, routes: ROUTES });
  const call = async (method: string, path: string, body?: unknown) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = text === undefined
      ? {}
      : { "content-length": String(new TextEncoder().encode(text).length) };
    const response = await app.request(path, { method, body: text, headers });
    return { status: response.status, body: await response.json() };
  };
  return { app, call, services };
}

Deno.test("PATCH gives a session a name and a note, and empty ones take them away", async () => {
  const { call, services } = await setup();
  const named = await call("PATCH", PATH, { name: "  Läufe 🏃 ", note: "one\r\ntwo" });
  assert.equal(named.status, 200);
  assert.equal(api.sessionDetail.parse(named.body).name, "Läufe 🏃");
  const read = await call("GET", `${PATH}?deviceId=phone-1`);
  assert.deepEqual(read.body, named.body);
  assert.equal(read.body.note, "one\r\ntwo");
  assert.equal(services.log.events[0].by, "local");
  const { body } = await call("PATCH", PATH, { name: "" });
  assert.deepEqual([body.name, body.note], [null, "one\r\ntwo"]);
});

for (
  const [body, pointer] of [
    [{ name: "a\nb" }, "/name"],
    [{ name: "a\u0000b" }, "/name"],
    [{ name: "\ud800" }, "/name"],
    [{ name: "x".repeat(201) }, "/name"],
    [{ note: "a\u0007b" }, "/note"],
    [{ note: "x".repeat(4001) }, "/note"],
    [{ name: 7 }, "/name"],
    [{ title: "x" }, ""],
  ]
) {
  Deno.test(`PATCH ${JSON.stringify(body).slice(0, 30)} is a 400 that points at ${pointer || "it"}`, async () => {
    const { call, services } = await setup();
    const answer = await call("PATCH", PATH, body);
    assert.deepEqual([answer.status, answer.body.errors[0].pointer], [400, pointer]);
    assert.deepEqual(services.log.events, []);
  });
}

Deno.test("a note of the greatest length is checked in no time", async () => {
  const { call } = await setup();
  const began = performance.now();
  for (const note of ["\r\n".repeat(2000), "x".repeat(3999) + "\u0001", "\n".repeat(3999) + "\r"]) {
    await call("PATCH", PATH, { note });
  }
  assert.ok(performance.now() - began < 1000);
});

Deno.test("PUT labels a span, DELETE takes a span's labels away, and lists can be narrowed to them", async () => {
  const { call } = await setup();
  const put = (from: number, to: number, body: unknown) =>
    call("PUT", `${PATH}/labels/${START_MS + from}-${START_MS + to}`, body);
  const { status, body } = await put(0, 60_000, { activity: "walking" });
  assert.equal(status, 200);
  assert.deepEqual(api.labelList.parse(body).labels, [
    { from: START_MS, to: START_MS + 60_000, activity: "walking", source: "person" },
  ]);
  await put(50_000, 90_000, { activity: "running", source: "import" });
  const cut = await call("DELETE", `${PATH}/labels/${START_MS + 10_000}-${START_MS + 20_000}`);
  const spans = cut.body.labels.map((
    { from, to, activity }: { from: number; to: number; activity: string },
  ) => [
    (from - START_MS) / 1000,
    (to - START_MS) / 1000,
    activity,
  ]);
  assert.deepEqual(spans, [[0, 10, "walking"], [20, 50, "walking"], [50, 90, "running"]]);
  assert.deepEqual((await call("GET", PATH)).body.labels, cut.body.labels);
  const ids = async (query: string) =>
    (await call("GET", `/api/sessions?${query}`)).body.items.map((item: { sessionId: string }) =>
      item.sessionId
    );
  assert.deepEqual(await ids("label=running&q=A%20B&activity=walking&from=2026-01-01T00:00:00Z"), ["a b"]);
  assert.deepEqual(await ids("label=stationary"), []);
});

for (const span of ["5-5", "9-5", "-1-5", "1.5-2", "1e3-5000", "5", "1-2-3", "1-9999999999999999", "a-b"]) {
  Deno.test(`a label's span cannot be ${span}`, async () => {
    const { call, services } = await setup();
    const { status, body } = await call("PUT", `${PATH}/labels/${span}`, { activity: "walking" });
    assert.equal(status, 400);
    assert.match(body.detail, /for example 1767225600000-1767225660000/);
    assert.equal((await call("DELETE", `${PATH}/labels/${span}`)).status, 400);
    assert.deepEqual(services.log.events, []);
  });
}

Deno.test("a label has to be an activity that one can really do", async () => {
  const { call } = await setup();
  for (const body of [{ activity: "unknown" }, {}, { activity: "walking", source: "guess" }]) {
    assert.equal((await call("PUT", `${PATH}/labels/1-2`, body)).status, 400);
  }
});

Deno.test("DELETE hides a session and tells until when restore brings it back; after that it is gone", async () => {
  const { call, services } = await setup();
  const deleted = await call("DELETE", PATH);
  assert.deepEqual(deleted, { status: 200, body: { undoUntilMs: services.nowMs + 600_000 } });
  assert.equal((await call("GET", PATH)).status, 404);
  assert.deepEqual((await call("GET", "/api/sessions?limit=1")).body.items, []);
  for (const method of ["PATCH", "DELETE"]) {
    assert.equal((await call(method, PATH, method === "PATCH" ? { name: "x" } : undefined)).status, 404);
  }
  assert.equal((await call("POST", `${PATH}/restore`)).status, 400, "whose session?");
  const restored = await call("POST", `${PATH}/restore?deviceId=phone-1`);
  assert.deepEqual([restored.status, restored.body.windows], [200, 90]);
  await call("DELETE", PATH);
  services.nowMs += 600_000;
  const late = await call("POST", `${PATH}/restore?deviceId=phone-1`);
  assert.deepEqual([late.status, late.body.type], [410, "/problems/gone"]);
  assert.equal((await call("POST", "/api/sessions/other/restore?deviceId=phone-1")).status, 404);
});

Deno.test("reclassify decides the session's windows again and answers with what came of it", async () => {
  const { call } = await setup();
  const { status, body } = await call("POST", `${PATH}/reclassify`);
  assert.equal(status, 200);
  assert.deepEqual(api.sessionDetail.parse(body).totals, {
    stationary: 0,
    walking: 60_000,
    running: 30_000,
    unknown: 0,
  });
});

Deno.test("reclassify of what is there without windows is a 422", async () => {
  const { call, services } = await setup();
  const found = await services.store.session("a b");
  const waiting = { ...found!, windows: 0, endedAt: null, startedAt: null };
  services.store.session = services.recorded.store.session = () => Promise.resolve(waiting);
  assert.equal((await call("POST", `${PATH}/reclassify`)).status, 422);
});

Deno.test("series gives so many points of a part of a session", async () => {
  const { call } = await setup();
  const whole = await call("GET", `${PATH}/series?points=9`);
  const { from, to, bucketMs, points } = api.series.parse(whole.body);
  assert.deepEqual([from, to, bucketMs, points.length], [START_MS, START_MS + 90_000, 10_000, 9]);
  assert.deepEqual(points.map(([, , , , activity]) => activity), [
    ...Array(6).fill("walking"),
    ...Array(3).fill("running"),
  ]);
  const part = await call(
    "GET",
    `${PATH}/series?deviceId=phone-1&from=${START_MS + 55_000}&to=${START_MS + 65_000}`,
  );
  assert.equal(part.body.points.length, 10);
  for (const query of ["points=0", "points=2001", "from=5&to=5", "from=x"]) {
    assert.equal((await call("GET", `${PATH}/series?${query}`)).status, 400, query);
  }
  assert.equal((await call("GET", "/api/sessions/other/series")).status, 404);
});

Deno.test("a session's windows come as Parquet too", async () => {
  const { app } = await setup();
  const response = await app.request(`${PATH}/activity.parquet?activity=running`);
  assert.match(response.headers.get("content-disposition")!, /filename="a_b\.parquet"/);
  const rows = await parquetReadObjects({ file: await response.arrayBuffer() });
  assert.equal(rows.length, 30);
});

Deno.test("filters that only lists have do not go with live=true", async () => {
  const { call } = await setup();
  for (const query of ["q=x", "label=any", "activity=walking", "strips=true", "from=5", "cursor=1.2"]) {
    const { status, body } = await call("GET", `/api/sessions?live=true&${query}`);
    assert.deepEqual([status, body.errors[0].detail], [400, "does not go with live=true"], query);
  }
});

Deno.test("strips come when asked for", async () => {
  const { call } = await setup();
  const strip = async (query: string) =>
    api.sessionPage.parse((await call("GET", `/api/sessions${query}`)).body).items[0].strip;
  assert.deepEqual(await strip(""), []);
  assert.deepEqual(await strip("?strips=true"), [["walking", 60_000], ["running", 30_000]]);
});
