import assert from "node:assert/strict";
import { createApp } from "../web/app.ts";
import { NO_ASSETS } from "../web/assets.ts";
import { FakeServices } from "../web/testing/fake_services.ts";
import * as healthz from "./healthz.ts";
import * as metrics from "./metrics.ts";
import * as readyz from "./readyz.ts";

const ROUTES = [
  { file: "healthz.ts", module: healthz },
  { file: "metrics.ts", module: metrics },
  { file: "readyz.ts", module: readyz },
];

async function get(path: string, services: Partial<FakeServices> = {}): Promise<Response> {
  const app = await createApp(Object.assign(new FakeServices(), services), {
    assets: NO_ASSETS,
    routes: ROUTES,
  });
  return await app.request(path);
}

Deno.test("/healthz answers without asking anything", async () => {
  const response = await get("/healthz", {
    readiness: () => Promise.reject(new Error("the engine stopped")),
  });
  assert.deepEqual([response.status, await response.text()], [200, "ok\n"]);
});

for (const ready of [true, false]) {
  Deno.test(`/readyz is ${ready ? 200 : 503} with what was checked when readings can${ready ? "" : "not"} be taken`, async () => {
    const readiness = {
      ready,
      checks: { log: ready ? "ok" : "the disk is full", processing: "3 records behind" },
    };
    const response = await get("/readyz", { readiness: () => Promise.resolve(readiness) });
    assert.equal(response.status, ready ? 200 : 503);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.deepEqual(await response.json(), readiness);
  });
}

Deno.test("/metrics is Prometheus text", async () => {
  const response = await get("/metrics", { metrics: () => Promise.resolve("activity_tracker_up 1\n") });
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(await response.text(), "activity_tracker_up 1\n");
});
