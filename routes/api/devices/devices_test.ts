import assert from "node:assert/strict";
import { type ControlLog, loadDevices } from "../../../control/devices.ts";
import type { ControlEvent } from "../../../log/records.ts";
import { createApp } from "../../../web/app.ts";
import { NO_ASSETS } from "../../../web/assets.ts";
import { FakeServices } from "../../../web/testing/fake_services.ts";
import * as key from "./[deviceId]/key.ts";
import * as index from "./index.ts";

const ROUTES = [{ file: "api/devices/index.ts", module: index }, {
  file: "api/devices/[deviceId]/key.ts",
  module: key,
}];

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
  const devices = await loadDevices(log, () => 1_764_000_000_000);
  const app = await createApp(Object.assign(new FakeServices(), { devices }), {
    assets: NO_ASSETS,
    routes: ROUTES,
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = text === undefined
      ? {}
      : { "content-length": String(text.length) };
    const response = await app.request(path, { method, body: text, headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return { call, devices, events };
}

Deno.test("POST /api/devices registers a device, shows its key once and where to post to", async () => {
  const { call, devices, events } = await setup();
  const { status, headers, body } = await call("POST", "/api/devices", { deviceId: "phone 1", name: "Anna" });
  assert.equal(status, 201);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.deepEqual(devices.owner(body.key), { deviceId: "phone 1", revoked: false });
  assert.equal(body.ingestPath, `/ingest/${body.key}`);
  assert.equal(events[0].by, "127.0.0.1");
  const list = await call("GET", "/api/devices");
  assert.deepEqual(list.body, {
    items: [{ deviceId: "phone 1", name: "Anna", createdAt: 1_764_000_000_000, hasKey: true }],
  });
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

Deno.test("a device that is not registered has no key to replace or revoke", async () => {
  const { call, devices } = await setup();
  for (const method of ["POST", "DELETE"]) {
    const { status, body } = await call(method, "/api/devices/phone-2/key");
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
