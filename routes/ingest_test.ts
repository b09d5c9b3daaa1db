import assert from "node:assert/strict";
import { createApp } from "../web/app.ts";
import { NO_ASSETS } from "../web/assets.ts";
import { FakeServices } from "../web/testing/fake_services.ts";
import * as byToken from "./ingest/[token].ts";
import * as phyphox from "./ingest/phyphox/[token].ts";
import * as sensorData from "./sensor-data.ts";

const ROUTES = [
  { file: "sensor-data.ts", module: sensorData },
  { file: "ingest/[token].ts", module: byToken },
  { file: "ingest/phyphox/[token].ts", module: phyphox },
];

Deno.test("all ingest routes hand the request on, with the key that is in its path, to peers from anywhere", async () => {
  const tokens: (string | undefined)[] = [];
  const ingest = {
    post(_: Request, token?: string) {
      tokens.push(token);
      return Promise.resolve(new Response());
    },
    postPhyphox(_: Request, token: string) {
      tokens.push(`phyphox ${token}`);
      return Promise.resolve(new Response());
    },
  };
  const app = await createApp(Object.assign(new FakeServices(), { ingest }), {
    assets: NO_ASSETS,
    routes: ROUTES,
  });
  for (const path of ["/sensor-data", "/ingest/at_1", "/ingest/phyphox/at_1"]) {
    const response = await app.request(path, { method: "POST", body: "{}" }, { remoteAddr: "192.168.1.7" });
    assert.equal(response.status, 200);
  }
  assert.deepEqual(tokens, [undefined, "at_1", "phyphox at_1"]);
});

Deno.test("GET of an ingest route, as when its address is opened in a browser, says what to do with it", async () => {
  const app = await createApp(new FakeServices(), { assets: NO_ASSETS, routes: ROUTES });
  for (const path of ["/sensor-data", "/ingest/at_1", "/ingest/phyphox/at_1"]) {
    const response = await app.request(path);
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
    assert.match((await response.json()).detail, /POST readings here.*(Push URL|phyphox)/);
  }
});
