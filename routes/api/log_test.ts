import assert from "node:assert/strict";
import { Unavailable } from "../../log/unavailable.ts";
import { createApp } from "../../web/app.ts";
import { logHealth } from "../../web/api_schemas.ts";
import { NO_ASSETS } from "../../web/assets.ts";
import { FakeServices } from "../../web/testing/fake_services.ts";
import * as log from "./log.ts";

const OPTIONS = { assets: NO_ASSETS, routes: [{ file: "api/log.ts", module: log }] };

Deno.test("GET /api/log answers with the log's health, as documented", async () => {
  const services = new FakeServices();
  services.health = {
    partitions: [{ partition: 0, begin: 3, end: 12, lagRecords: 4 }],
    deadLetters: 2,
    lostRecords: 1,
    trouble: "The brokers do not answer: check KAFKA_BROKERS",
  };
  const answer = await (await (await createApp(services, OPTIONS)).request("/api/log")).json();
  assert.deepEqual(answer, services.health);
  assert.deepEqual(logHealth.parse(answer), services.health);
});

Deno.test("GET /api/log is a 503 with Retry-After when the log cannot tell", async () => {
  const services = new FakeServices();
  services.logHealth = () => Promise.reject(new Unavailable("The log is stopping.", 7));
  const response = await (await createApp(services, OPTIONS)).request("/api/log");
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "7");
});
