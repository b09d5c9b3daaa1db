import assert from "node:assert/strict";
import { createApp } from "../../web/app.ts";
import { NO_ASSETS } from "../../web/assets.ts";
import type { Services } from "../../web/services.ts";
import { fakeRecord, FakeServices, fakeSession } from "../../web/testing/fake_services.ts";
import * as activity from "./activity.ts";
import * as live from "./live.ts";
import * as sessions from "./sessions/index.ts";
import * as session from "./sessions/[sessionId]/index.ts";
import * as sessionActivity from "./sessions/[sessionId]/activity.ts";
import * as sessionCsv from "./sessions/[sessionId]/activity.csv.ts";

const END_MS = 1_767_225_605_000;
const ROUTES = Object.entries({
  "api/activity.ts": activity,
  "api/live.ts": live,
  "api/sessions/index.ts": sessions,
  "api/sessions/[sessionId]/index.ts": session,
  "api/sessions/[sessionId]/activity.ts": sessionActivity,
  "api/sessions/[sessionId]/activity.csv.ts": sessionCsv,
}).map(([file, module]) => ({ file, module }));

/** An app whose store notes its questions. */
async function appWith(store: Partial<Services["store"]> = {}) {
  const asked: unknown[][] = [];
  const services = new FakeServices();
  const answers = { ...services.store, ...store };
  services.store = new Proxy(answers, {
    get: (target, name: keyof Services["store"]) => (...args: never[]) => {
      asked.push([name, ...args]);
      return (target[name] as (...args: never[]) => unknown)(...args);
    },
  });
  return { asked, services, app: await createApp(services, { assets: NO_ASSETS, routes: ROUTES }) };
}

Deno.test("GET /api/sessions asks for 50 sessions of all devices, or what the query says", async () => {
  const { app, asked } = await appWith();
  assert.deepEqual(await (await app.request("/api/sessions")).json(), { items: [], nextCursor: null });
  await app.request("/api/sessions?deviceId=phone-1&limit=3&cursor=1.2");
  assert.deepEqual(asked, [
    ["sessions", { limit: 50 }],
    ["sessions", { deviceId: "phone-1", limit: 3, cursor: "1.2" }],
  ]);
});

Deno.test("GET /api/sessions?live=true asks for the live ones, of one device too, and tells how many there are", async () => {
  const found = fakeSession("phone-1", END_MS, [["walking", 3]]);
  const { app, asked } = await appWith({
    live: () => Promise.resolve({ sessions: [found], total: 7, position: "1.2" }),
  });
  const response = await app.request("/api/sessions?live=true&deviceId=phone-1&recentMs=60000&limit=1");
  assert.deepEqual(await response.json(), { items: [found], nextCursor: null, total: 7, position: "1.2" });
  assert.deepEqual(asked, [["live", { deviceId: "phone-1", recentMs: 60_000, limit: 1 }]]);
});

for (
  const [path, pointer] of [
    ["/api/sessions?limit=0", "/limit"],
    ["/api/sessions?limit=201", "/limit"],
    ["/api/sessions?live=yes", "/live"],
    ["/api/sessions?recentMs=600001", "/recentMs"],
    ["/api/activity?limit=ten", "/limit"],
    ["/api/activity?activity=flying", "/activity"],
    ["/api/activity?from=yesterday", "/from"],
    ["/api/activity?from=1767225605000&to=1767225605000", "/to"],
    ["/api/sessions/run-1/activity?order=up", "/order"],
  ]
) {
  Deno.test(`GET ${path} is a 400 that points at ${pointer}, and nothing is asked`, async () => {
    const { app, asked } = await appWith();
    const response = await app.request(path);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.deepEqual((await response.json()).errors.map((error: { pointer: string }) => error.pointer), [
      pointer,
    ]);
    assert.deepEqual(asked, []);
  });
}

Deno.test("an unknown parameter is a 400 that names it", async () => {
  const { app } = await appWith();
  const response = await app.request("/api/activity?device=phone-1");
  assert.equal(response.status, 400);
  assert.match((await response.json()).detail, /device/);
});

Deno.test("a cursor that is not the store's is a 400 on every paged route", async () => {
  const bad = () => Promise.reject(new RangeError("cursor is bad"));
  const { app } = await appWith({ sessions: bad, activity: bad });
  for (
    const path of [
      "/api/sessions",
      "/api/activity",
      "/api/sessions/run-1/activity",
      "/api/sessions/run-1/activity.csv",
    ]
  ) {
    const response = await app.request(`${path}?cursor=bad`);
    assert.equal(response.status, 400, path);
    assert.equal((await response.json()).errors[0].pointer, "/cursor");
  }
});

Deno.test("GET /api/sessions/{sessionId} gives the session, of one device when asked, else a 404 that says where to look", async () => {
  const { recent: _, ...found } = fakeSession("phone-1", END_MS, [["walking", 3]]);
  const detail = { ...found, segments: [], counts: null };
  const { app, asked } = await appWith({ session: (id) => Promise.resolve(id === "a b" ? detail : null) });
  assert.deepEqual(await (await app.request("/api/sessions/a%20b?deviceId=phone-1")).json(), detail);
  const missing = await app.request("/api/sessions/other");
  assert.equal(missing.status, 404);
  assert.match((await missing.json()).detail, /no session other\. GET \/api\/sessions/);
  assert.deepEqual(asked, [["session", "a b", "phone-1"], ["session", "other", undefined]]);
});

Deno.test("GET /api/activity asks with every filter; times may be ISO 8601", async () => {
  const page = { items: [fakeRecord("phone-1", END_MS, "walking")], nextCursor: "1.2" };
  const { app, asked } = await appWith({ activity: () => Promise.resolve(page) });
  const query =
    "deviceId=phone-1&sessionId=run-1&activity=walking&from=2026-01-01T00:00:00Z&to=1767225605000&limit=9&order=desc";
  assert.deepEqual(await (await app.request(`/api/activity?${query}`)).json(), page);
  assert.deepEqual(asked, [["activity", {
    deviceId: "phone-1",
    sessionId: "run-1",
    activity: "walking",
    from: 1_767_225_600_000,
    to: END_MS,
    limit: 9,
    order: "desc",
  }]]);
});

Deno.test("a session's windows are JSON, and CSV by Accept or by path", async () => {
  const page = { items: [fakeRecord("phone-1", END_MS, "walking")], nextCursor: null };
  const { app, asked } = await appWith({ activity: () => Promise.resolve(page) });
  assert.deepEqual(await (await app.request("/api/sessions/run-1/activity")).json(), page);
  const headers = { accept: "text/csv" };
  for (
    const [path, init] of [
      ["/api/sessions/run-1/activity", { headers }],
      ["/api/sessions/run-1/activity.csv", {}],
      ["/api/activity?sessionId=run-1", { headers }],
    ] as const
  ) {
    const response = await app.request(path, init);
    assert.match(response.headers.get("content-type")!, /^text\/csv/, path);
    assert.match(response.headers.get("content-disposition")!, /filename="run-1\.csv"/);
    assert.equal((await response.text()).split("\r\n").length, 3);
  }
  for (const [, filter] of asked) assert.equal((filter as { sessionId: string }).sessionId, "run-1");
});

Deno.test("HEAD of a stream leaves nobody waiting for it", async () => {
  const { app, services } = await appWith();
  const response = await app.request("/api/live", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(services.openStreams, 0);
});

Deno.test("GET /api/live opens a stream with the request's position", async () => {
  const { app, services } = await appWith();
  const response = await app.request("/api/live", { headers: { "last-event-id": "1.2" } });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.deepEqual(services.connections, ["1.2"]);
  await response.body!.cancel();
});
