import assert from "node:assert/strict";
import { createApp } from "../../../web/app.ts";
import { deadLetterList } from "../../../web/api_schemas.ts";
import { NO_ASSETS } from "../../../web/assets.ts";
import { HttpProblem } from "../../../web/problem.ts";
import { fakeDeadLetter, FakeServices } from "../../../web/testing/fake_services.ts";
import * as letter from "./[topic]/[partition]/[offset]/index.ts";
import * as redriveOne from "./[topic]/[partition]/[offset]/redrive.ts";
import * as value from "./[topic]/[partition]/[offset]/value.ts";
import * as discard from "./discard.ts";
import * as index from "./index.ts";
import * as redrive from "./redrive.ts";

const OPTIONS = {
  assets: NO_ASSETS,
  routes: [
    { file: "api/dead-letters/index.ts", module: index },
    { file: "api/dead-letters/discard.ts", module: discard },
    { file: "api/dead-letters/redrive.ts", module: redrive },
    { file: "api/dead-letters/[topic]/[partition]/[offset]/index.ts", module: letter },
    { file: "api/dead-letters/[topic]/[partition]/[offset]/redrive.ts", module: redriveOne },
    { file: "api/dead-letters/[topic]/[partition]/[offset]/value.ts", module: value },
  ],
};

/** An app, and the limits that the log was asked with. */
async function openApp() {
  const services = new FakeServices();
  services.letters = [fakeDeadLetter(9, { key: null }), fakeDeadLetter(4)];
  const asked: number[] = [];
  const { deadLetters } = services;
  services.deadLetters = (limit) => {
    asked.push(limit);
    return deadLetters(limit);
  };
  return { app: await createApp(services, OPTIONS), services, asked };
}

Deno.test("GET /api/dead-letters answers with the newest 50, as documented", async () => {
  const { app, services, asked } = await openApp();
  const answer = await (await app.request("/api/dead-letters")).json();
  assert.deepEqual(answer, { items: services.letters });
  assert.deepEqual(deadLetterList.parse(answer), answer);
  assert.deepEqual(asked, [50]);
});

Deno.test("GET /api/dead-letters takes up to 200", async () => {
  const { app, asked } = await openApp();
  assert.equal((await (await app.request("/api/dead-letters?limit=1")).json()).items.length, 1);
  assert.equal((await app.request("/api/dead-letters?limit=200")).status, 200);
  assert.deepEqual(asked, [1, 200]);
});

for (const query of ["limit=0", "limit=201", "limit=ten"]) {
  Deno.test(`GET /api/dead-letters?${query} is a 400 that points at it, and nothing is asked`, async () => {
    const { app, asked } = await openApp();
    const response = await app.request(`/api/dead-letters?${query}`);
    assert.equal(response.status, 400);
    assert.equal((await response.json()).errors[0].pointer, "/limit");
    assert.deepEqual(asked, []);
  });
}

/** An app with letters of two reasons, one of them refused by Snowflake. */
async function openDesk() {
  const services = new FakeServices();
  services.letters = [
    fakeDeadLetter(9),
    fakeDeadLetter(8, { reason: "other", topic: "team.raw_sensor_data" }),
    fakeDeadLetter(7),
    fakeDeadLetter(6, { isRefused: true }),
  ];
  const app = await createApp(services, OPTIONS);
  const call = async (method: string, path: string, body?: unknown) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = text ? { "content-length": String(text.length) } : {};
    const response = await app.request(`/api/dead-letters${path}`, { method, body: text, headers });
    return { status: response.status, body: await response.json() };
  };
  const offsets = () => services.letters.map(({ offset }) => offset);
  return { app, call, services, offsets };
}

Deno.test("DELETE discards one letter, and there is none the second time", async () => {
  const { call, offsets } = await openDesk();
  const path = "/team.raw_sensor_data/0/8";
  assert.deepEqual(await call("DELETE", path), { status: 200, body: { discarded: 1 } });
  assert.deepEqual(offsets(), [9, 7, 6]);
  const again = await call("DELETE", path);
  assert.equal(again.status, 404);
  assert.match(again.body.detail, /no dead letter of team.raw_sensor_data, partition 0, offset 8/);
});

for (const path of ["/raw_sensor_data/0/x", "/raw_sensor_data/-1/0", "/raw_sensor_data/0/1.5"]) {
  Deno.test(`DELETE ${path} is a 404`, async () => {
    assert.equal((await (await openDesk()).call("DELETE", path)).status, 404);
  });
}

Deno.test("POST discard takes away all of a reason and no other", async () => {
  const { call, services, offsets } = await openDesk();
  const { body } = await call("POST", "/discard", { reason: services.letters[0].reason });
  assert.deepEqual(body, { discarded: 3 });
  assert.deepEqual(offsets(), [8]);
});

Deno.test("POST redrive sends in what could not be read for a reason, and leaves what Snowflake refused", async () => {
  const { call, services, offsets } = await openDesk();
  const { body } = await call("POST", "/redrive", { reason: services.letters[0].reason });
  assert.deepEqual(body, { redriven: 2, refused: 0, detail: null });
  assert.deepEqual(offsets(), [8, 6]);
});

Deno.test("POST redrive says why letters are refused again, and stops when nothing can be stored", async () => {
  const { call, services } = await openDesk();
  const { reason } = services.letters[0];
  services.redriveProblem = new HttpProblem(422, "Refused again: no JSON");
  const { body } = await call("POST", "/redrive", { reason });
  assert.deepEqual(body, { redriven: 0, refused: 2, detail: "Refused again: no JSON" });
  assert.equal((await call("POST", "/raw_sensor_data/0/9/redrive")).status, 422);
  services.redriveProblem = new HttpProblem(503, "disk full");
  assert.equal((await call("POST", "/redrive", { reason })).status, 503);
});

Deno.test("GET value gives the bytes to keep, never to run", async () => {
  const { app } = await openDesk();
  const response = await app.request("/api/dead-letters/raw_sensor_data/0/9/value");
  assert.equal(await response.text(), "hello world");
  assert.equal(response.headers.get("content-type"), "application/octet-stream");
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename="raw_sensor_data-0-9.bin"');
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal((await app.request("/api/dead-letters/raw_sensor_data/0/99/value")).status, 404);
});
