import assert from "node:assert/strict";
import { createApp } from "../web/app.ts";
import type { Assets } from "../web/assets.ts";
import { FakeServices } from "../web/testing/fake_services.ts";

const ASSETS: Assets = {
  files: new Map(),
  manifest: { boot: "/build/boot-1.js", islands: { Thresholds: "/build/Thresholds-1.js" }, imports: {} },
};
const MANY = 201;

async function visit(services: FakeServices, path: string): Promise<{ status: number; html: string }> {
  const app = await createApp(services, { assets: ASSETS });
  const response = await app.request(path);
  return { status: response.status, html: await response.text() };
}

Deno.test("GET /thresholds renders what is in force, for the device of its address", async () => {
  const services = new FakeServices();
  services.addDevice("ben", { name: "Ben" });
  const { values } = services.thresholds.current();
  const own = { ...values, walkingMs2: 1.75 };
  await services.thresholds.save({ deviceId: "ben", values: own, message: "Brisk" }, 1, "Anna");
  const inputOf = (html: string) => /<input[^>]*id="walkingMs2"[^>]*>/.exec(html)![0];
  assert.match(inputOf((await visit(services, "/thresholds")).html), /value="1.9"/);
  const { html } = await visit(services, "/thresholds?device=ben");
  assert.match(inputOf(html), /value="1.75"/);
  assert.match(html, /Ben \(has its own\)/);
  assert.match(html, /now v2 by Anna/);
});

Deno.test("GET /thresholds takes a device's id where devices are too many to list", async () => {
  const services = new FakeServices();
  for (let i = 0; i < MANY; i++) services.addDevice(`phone-${i}`);
  const { html } = await visit(services, "/thresholds?device=phone-7");
  assert.match(html, /<input[^>]*id="for-device"[^>]*value="phone-7"/);
  assert.ok(!html.includes("phone-8"));
});

Deno.test("GET /thresholds with an address that is wrong says what is expected", async () => {
  const { status, html } = await visit(new FakeServices(), "/thresholds?session=x");
  assert.equal(status, 400);
  assert.match(html, /expected device\/session, for example pixel-8\/run-1/);
});
