import assert from "node:assert/strict";
import { createApp } from "../../../web/app.ts";
import { NO_ASSETS } from "../../../web/assets.ts";
import type { Preview, Suggestion, ThresholdsState } from "../../../web/services.ts";
import { FakeServices } from "../../../web/testing/fake_services.ts";
import * as histogram from "./histogram.ts";
import * as history from "./history.ts";
import * as index from "./index.ts";
import * as preview from "./preview.ts";
import * as suggest from "./suggest.ts";

const ROUTES = Object.entries({ index, history, histogram, preview, suggest })
  .map(([name, module]) => ({ file: `api/thresholds/${name}.ts`, module }));

async function setup() {
  const services = new FakeServices();
  const app = await createApp(services, { assets: NO_ASSETS, routes: ROUTES });
  const call = async (method: string, path: string, body?: unknown, ifMatch?: string) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = {};
    if (text !== undefined) headers["content-length"] = String(new TextEncoder().encode(text).length);
    if (ifMatch !== undefined) headers["if-match"] = ifMatch;
    const response = await app.request(`/api/thresholds${path}`, { method, body: text, headers });
    return { status: response.status, etag: response.headers.get("etag"), body: await response.json() };
  };
  const { values } = services.thresholds.current();
  return { call, values, services };
}

Deno.test("GET answers with the thresholds in force and their version as ETag", async () => {
  const { call, values } = await setup();
  const { status, etag, body } = await call("GET", "");
  assert.deepEqual([status, etag], [200, '"v1"']);
  assert.deepEqual(body, { version: 1, values, overrides: [] });
});

Deno.test("PUT changes the version that If-Match names, and notes who did it and why", async () => {
  const { call, values } = await setup();
  const change = { values: { ...values, walkingMs2: 1.5 }, message: " calmer  " };
  const { status, etag, body } = await call("PUT", "", change, '"v1"');
  assert.deepEqual([status, etag, body.version, body.values.walkingMs2], [200, '"v2"', 2, 1.5]);
  const { body: page } = await call("GET", "/history?limit=1");
  const [{ by, message, restoredFrom }] = page.items;
  assert.deepEqual([by, message, restoredFrom, page.nextBefore], ["local", "calmer", null, 2]);
  const { body: rest } = await call("GET", "/history?limit=1&before=2");
  assert.deepEqual([rest.items[0].version, rest.nextBefore], [1, null]);
});

Deno.test("PUT without If-Match is 428, with something else in it 400, and changes nothing", async () => {
  const { call, values, services } = await setup();
  const change = { values, message: "try" };
  assert.equal((await call("PUT", "", change)).status, 428);
  for (const ifMatch of ["v1", '"v0"', "*", 'W/"v1"']) {
    assert.equal((await call("PUT", "", change, ifMatch)).status, 400, ifMatch);
  }
  assert.equal(services.thresholds.current().version, 1);
});

Deno.test("PUT of a version that someone else has changed is 412 and shows what is there", async () => {
  const { call, values, services } = await setup();
  await services.thresholds.save(
    { deviceId: null, values: { ...values, runningMs2: 9 }, message: "x" },
    1,
    "ben",
  );
  const { status, etag, body } = await call("PUT", "", { values, message: "try" }, '"v1"');
  assert.deepEqual([status, etag, body.type], [412, '"v2"', "/problems/precondition-failed"]);
  const current: ThresholdsState = body.current;
  assert.deepEqual([current.version, current.values.runningMs2], [2, 9]);
});

Deno.test("PUT of values that do not fit is 422 and points at them", async () => {
  const { call, values } = await setup();
  const pointers = async (body: unknown) => {
    const answer = await call("PUT", "", body, '"v1"');
    assert.equal(answer.status, 422);
    return answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
  };
  assert.deepEqual(await pointers({ values: { ...values, walkingMs2: 9 }, message: "x" }), [
    "/values/runningMs2",
    "/values/cadence",
    "/values/hysteresisMs2",
  ]);
  assert.deepEqual(await pointers({ values: { ...values, walkingMs2: "a" }, message: "x" }), [
    "/values/walkingMs2",
  ]);
  assert.deepEqual(await pointers({ values: { ...values, cadence: { fromMs2: 1 } }, message: "x" }), [
    "/values/cadence/runningHz",
    "/values/cadence/toMs2",
  ]);
  assert.deepEqual(await pointers({ values, message: " " }), ["/message"]);
  assert.deepEqual(await pointers({ values, message: "a\u0000b" }), ["/message"]);
  assert.deepEqual(await pointers({ values: null, message: "x" }), ["/values"]);
  assert.deepEqual(await pointers({ values: null, message: "x", deviceId: "phone-1" }), ["/deviceId"]);
  assert.deepEqual(await pointers({ values, message: "x", restoredFrom: 7 }), ["/restoredFrom"]);
});

Deno.test("a device gets values of its own and loses them again", async () => {
  const { call, values } = await setup();
  const own = { ...values, walkingMs2: 3 };
  const set = await call("PUT", "", { values: own, message: "brisk", deviceId: "phone-1" }, '"v1"');
  assert.deepEqual(set.body.overrides, [{ deviceId: "phone-1", values: own, version: 2 }]);
  assert.deepEqual(set.body.values, values);
  const removed = await call("PUT", "", { values: null, message: "off", deviceId: "phone-1" }, '"v2"');
  assert.deepEqual([removed.body.version, removed.body.overrides], [3, []]);
});

Deno.test("preview, suggest and histogram answer about labelled sessions, or those that are chosen", async () => {
  const { call, values } = await setup();
  const bad = { ...values, walkingMs2: 0.5, runningMs2: 20 };
  const { body: all }: { body: Preview } = await call("POST", "/preview", { values: bad });
  assert.equal(all.sessions, 4);
  assert.ok(all.after.accuracy < all.before.accuracy);
  const sessions = [{ deviceId: "anna", sessionId: "anna-1" }];
  const { body: chosen }: { body: Preview } = await call("POST", "/preview", { values: bad, sessions });
  assert.equal(chosen.sessions, 1);
  const { body: suggestion }: { body: Suggestion } = await call("POST", "/suggest", { values: bad });
  assert.ok(suggestion.after.accuracy > 0.95);
  const { body: bins } = await call("POST", "/histogram", {});
  assert.equal(bins.labelledSessions, 4);
});

Deno.test("what is asked of tuning in another shape is 422 and points at it", async () => {
  const { call, values } = await setup();
  for (const path of ["/preview", "/suggest"]) {
    const { status, body } = await call("POST", path, { values: { ...values, runningMs2: 1 }, sessions: 3 });
    assert.equal(status, 422);
    const pointers: string[] = body.errors.map(({ pointer }: { pointer: string }) => pointer);
    assert.ok(pointers.includes("/sessions"), `${pointers}`);
  }
  assert.equal((await call("POST", "/histogram", { session: [] })).status, 422);
});

Deno.test("a thousand sessions may be chosen", async () => {
  const { call, values } = await setup();
  const id = "x".repeat(128);
  const sessions = Array.from({ length: 1000 }, () => ({ deviceId: id, sessionId: id }));
  assert.equal((await call("POST", "/preview", { values, sessions })).status, 200);
  assert.equal(
    (await call("POST", "/preview", { values, sessions: [...sessions, sessions[0]] })).status,
    422,
  );
});
