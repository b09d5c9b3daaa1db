import assert from "node:assert/strict";
import type { DeviceItem, DevicePage } from "../../web/devices.ts";
import type { Refusal } from "../../web/services.ts";
import { fakeHealth } from "../../web/testing/fake_services.ts";
import { arrivalOf, baselineOf, strangersSince } from "./arrival.ts";

const T0 = 1_700_000_000_000;

function pageAt(atMs: number, item: Partial<DeviceItem> | null): DevicePage {
  const device: DeviceItem = {
    deviceId: "phone-1",
    name: null,
    createdAt: T0,
    hasKey: true,
    gravity: "auto",
    unit: "auto",
    health: null,
    session: null,
  };
  return {
    items: item === null ? [] : [{ ...device, ...item }],
    total: 1,
    page: 1,
    pages: 1,
    atMs,
    strangers: [],
  };
}

const session = (sessionId: string) => ({ sessionId, live: true, gravityRemoved: null });
const refusal: Refusal = { at: T0 + 5000, status: 400, reason: "no accelerometer", excerpt: "{}" };

Deno.test("a new phone has sent nothing, then has its key, then its readings arrive", () => {
  const baseline = baselineOf(pageAt(T0, null));
  assert.deepEqual(arrivalOf(pageAt(T0 + 1000, null), baseline), { kind: "nothing" });
  assert.deepEqual(arrivalOf(pageAt(T0 + 2000, {}), baseline), { kind: "hasKey" });
  const health = fakeHealth({ lastSeenAt: T0 + 3000, readingsPerS: 60 });
  assert.deepEqual(arrivalOf(pageAt(T0 + 3000, { health }), baseline), {
    kind: "arriving",
    readingsPerS: 60,
  });
});

Deno.test("readings from before pairing are no arrival", () => {
  const health = fakeHealth({ lastSeenAt: T0 - 60_000 });
  const baseline = baselineOf(pageAt(T0, { health }));
  assert.deepEqual(arrivalOf(pageAt(T0 + 1000, { health }), baseline), { kind: "nothing" });
});

Deno.test("a phone that sends all along has arrived anew only with a new session", () => {
  const before = { health: fakeHealth({ lastSeenAt: T0 - 1000 }), session: session("old") };
  const baseline = baselineOf(pageAt(T0, before));
  const health = fakeHealth({ lastSeenAt: T0 + 1000 });
  const kindIn = (sessionId: string) =>
    arrivalOf(pageAt(T0 + 1000, { health, session: session(sessionId) }), baseline).kind;
  assert.equal(kindIn("old"), "asBefore");
  assert.equal(kindIn("new"), "arriving");
});

Deno.test("what was refused counts until something is taken, and not when it was before pairing", () => {
  const baseline = baselineOf(pageAt(T0, {}));
  const kindWith = (lastSeenAt: number | null, at = refusal.at) =>
    arrivalOf(
      pageAt(T0 + 9000, { health: fakeHealth({ lastSeenAt, refused: { ...refusal, at } }) }),
      baseline,
    ).kind;
  assert.equal(kindWith(null), "refused");
  assert.equal(kindWith(T0 + 1000), "refused");
  assert.equal(kindWith(T0 + 8000), "arriving");
  assert.equal(kindWith(null, T0 - 1), "nothing");
});

Deno.test("strangers are told of when they were refused since pairing began", () => {
  const page = pageAt(T0 + 9000, null);
  const stranger = { ...refusal, deviceId: null, agent: "curl", count: 1 };
  page.strangers = [stranger, { ...stranger, at: T0 - 1, agent: "old" }];
  assert.deepEqual(strangersSince(page, baselineOf(pageAt(T0, null))).map(({ agent }) => agent), ["curl"]);
});
