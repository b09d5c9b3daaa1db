import assert from "node:assert/strict";
import { XMLParser } from "fast-xml-parser";
import { createApp } from "../../../web/app.ts";
import { NO_ASSETS } from "../../../web/assets.ts";
import { FakeServices } from "../../../web/testing/fake_services.ts";
import * as experiment from "./[token]/experiment.ts";

const ROUTES = [{ file: "ingest/phyphox/[token]/experiment.ts", module: experiment }];
const PEER = { remoteAddr: "192.168.1.7" };

Deno.test("the experiment file posts to where it was fetched from, with the key it was fetched with", async () => {
  const services = new FakeServices();
  const app = await createApp(services, { assets: NO_ASSETS, routes: ROUTES });
  const { key } = await services.devices.issueKey("phone-1", "Anna & co", "admin");
  const url = `http://192.168.1.20:8000/ingest/phyphox/${key}/experiment`;
  const response = await app.request(url, undefined, PEER);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/octet-stream");
  assert.match(
    response.headers.get("content-disposition")!,
    /attachment; filename="activity-tracker\.phyphox"/,
  );
  assert.equal(response.headers.get("cache-control"), "no-store");
  const { phyphox } = new XMLParser({ ignoreAttributes: false }).parse(await response.text());
  assert.equal(
    phyphox.network.connection["@_address"],
    `http://192.168.1.20:8000/ingest/phyphox/${key}`,
  );
  assert.match(phyphox.description, /as Anna & co\./);
});

Deno.test("nobody gets the file without a key in force", async () => {
  const services = new FakeServices();
  const app = await createApp(services, { assets: NO_ASSETS, routes: ROUTES });
  const { key } = await services.devices.issueKey("phone-1", null, "admin");
  assert.equal((await app.request("/ingest/phyphox/nonsense/experiment", undefined, PEER)).status, 401);
  await services.devices.revokeKey("phone-1", "admin");
  assert.equal((await app.request(`/ingest/phyphox/${key}/experiment`, undefined, PEER)).status, 403);
});
