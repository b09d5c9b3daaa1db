import assert from "node:assert/strict";
import { DeviceRegistry } from "../../../control/devices.ts";
import { type ControlLog, follow } from "../../../control/follow.ts";
import type { ControlEvent } from "../../../log/records.ts";
import { createApp } from "../../../web/app.ts";
import { NO_ASSETS } from "../../../web/assets.ts";
import { devicePage } from "../../../web/schemas/devices.ts";
import { fakeHealth, FakeServices } from "../../../web/testing/fake_services.ts";
import * as device from "./[deviceId]/index.ts";
import * as key from "./[deviceId]/key.ts";
import * as restore from "./[deviceId]/restore.ts";
import * as index from "./index.ts";

const ROUTES = [
  { file: "api/devices/index.ts", module: index },
  { file: "api/devices/[deviceId]/index.ts", module: device },
  { file: "api/devices/[deviceId]/key.ts", module: key },
  { file: "api/devices/[deviceId]/restore.ts", module: restore },
];

async function setup() {
  const events: ControlEvent[] = [];
  let tail: (event: ControlEvent) => void;
  const log: ControlLog = {
    appendControl: (event) => {
      events.push(event);
      tail(event);
      return Promise.resolve();
    },
    tailControl: (listener) => {
      tail = listener;
      return Promise.resolve();
    },
  };
  const [devices] = await follow(log, new DeviceRegistry(log, () => 1_764_000_000_000));
  const services = Object.assign(new FakeServices(), { devices });
  const app = await createApp(services, { assets: NO_ASSETS, routes: ROUTES });
  const call = async (method: string, path: string, body?: unknown) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = text === undefined
      ? {}
      : { "content-length": String(text.length) };
    const response = await app.request(path, { method, body: text, headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return { call, devices, events, services };
}

Deno.test("POST /api/devices registers a device, shows its key once and where to post to", async () => {
  const { call, devices, events } = await setup();
  const { status, headers, body } = await call("POST", "/api/devices", { deviceId: "phone 1", name: "Anna" });
  assert.equal(status, 201);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.deepEqual(devices.owner(body.key), { deviceId: "phone 1", revoked: false });
  assert.equal(body.ingestPath, `/ingest/${body.key}`);
  assert.equal(events[0].by, "local");
  assert.equal(body.pairing[0].url, `http://192.0.2.7:8000/ingest/${body.key}?hints=499`);
  assert.equal(body.phyphox[0].url, `phyphox://192.0.2.7:8000/ingest/phyphox/${body.key}/experiment`);
  assert.match(body.pairing[0].qr.path, /^M4 4h7v1h-7z/);
  const list = await call("GET", "/api/devices");
  assert.deepEqual(devicePage.parse(list.body).items, [{
    deviceId: "phone 1",
    name: "Anna",
    createdAt: 1_764_000_000_000,
    hasKey: true,
    gravity: "auto",
    unit: "auto",
    health: null,
    session: null,
  }]);
});

Deno.test("POST and DELETE of a device's key replace and revoke it", async () => {
  const { call, devices } = await setup();
  const first = await call("POST", "/api/devices", { deviceId: "phone 1" });
  const second = await call("POST", "/api/devices/phone%201/key");
  assert.equal(second.status, 201);
  assert.equal(devices.owner(first.body.key)?.revoked, true);
  assert.equal(devices.owner(second.body.key)?.revoked, false);
  const revoked = await call("DELETE", "/api/devices/phone%201/key");
  assert.deepEqual([revoked.status, revoked.body.hasKey], [200, false]);
  assert.equal(devices.owner(second.body.key)?.revoked, true);
});

Deno.test("a device that is neither registered nor heard of cannot be changed", async () => {
  const { call, devices } = await setup();
  for (
    const [method, path, change] of [
      ["POST", "/key"],
      ["DELETE", "/key"],
      ["PATCH", "", { name: "Ben" }],
      ["DELETE", ""],
      ["POST", "/restore"],
    ] as const
  ) {
    const { status, body } = await call(method, `/api/devices/phone-2${path}`, change);
    assert.equal(status, 404);
    assert.match(body.detail, /no device "phone-2"/);
  }
  assert.deepEqual(devices.list(), []);
});

Deno.test("POST /api/devices points at a wrong field", async () => {
  const { call } = await setup();
  const { status, body } = await call("POST", "/api/devices", { deviceId: "a\nb" });
  assert.equal(status, 400);
  assert.deepEqual(body.errors, [{ pointer: "/deviceId", detail: "expected 1 to 128 printable characters" }]);
});

Deno.test("PATCH changes name and settings, also of a device that was only heard of", async () => {
  const { call, services, devices } = await setup();
  services.healths.set("phone-3", fakeHealth({ lagMs: -180_000 }));
  const heard = devicePage.parse((await call("GET", "/api/devices")).body).items[0];
  assert.deepEqual([heard.deviceId, heard.createdAt, heard.health?.lagMs], ["phone-3", null, -180_000]);
  const { status, body } = await call("PATCH", "/api/devices/phone-3", { name: "Cleo", gravity: "removed" });
  assert.deepEqual([status, body.name, body.gravity, body.unit], [200, "Cleo", "removed", "auto"]);
  assert.equal(devices.list().length, 1);
  const wrong = await call("PATCH", "/api/devices/phone-3", { gravity: "some", key: "x" });
  assert.deepEqual(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer), ["/gravity", ""]);
});

Deno.test("DELETE takes a device out of the registry, restore brings it back", async () => {
  const { call, devices } = await setup();
  const { body: { key } } = await call("POST", "/api/devices", { deviceId: "phone-1", name: "Anna" });
  assert.deepEqual((await call("DELETE", "/api/devices/phone-1")).body, { deviceId: "phone-1" });
  assert.equal(devices.owner(key)?.revoked, true);
  assert.equal((await call("GET", "/api/devices")).body.total, 0);
  assert.equal((await call("POST", "/api/devices/phone-1/restore")).body.name, "Anna");
  assert.equal(devices.owner(key)?.revoked, false);
});

Deno.test("GET /api/devices searches names and ids, in pages, in the order of the names", async () => {
  const { call, devices } = await setup();
  for (let i = 0; i < 7; i++) await devices.issueKey(`p-${i}`, i % 2 ? `Anna ${9 - i}` : null, "admin");
  const ids = async (query: string) => {
    const { items, total, page, pages } = devicePage.parse((await call("GET", `/api/devices${query}`)).body);
    return [items.map(({ deviceId }) => deviceId), total, page, pages];
  };
  assert.deepEqual(await ids("?q=ANNA"), [["p-5", "p-3", "p-1"], 3, 1, 1]);
  assert.deepEqual(await ids("?limit=3&page=3"), [["p-6"], 7, 3, 3]);
  assert.deepEqual(await ids("?limit=3&page=9"), [["p-6"], 7, 3, 3]);
  assert.deepEqual(await ids("?q=p-3"), [["p-3"], 1, 1, 1]);
  assert.equal((await call("GET", "/api/devices?page=0")).status, 400);
});
