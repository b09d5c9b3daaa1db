import assert from "node:assert/strict";
import { answerProbe, type Probes } from "./probes.ts";

const PROBES: Probes = {
  readiness: () => Promise.resolve({ ready: false, checks: { log: "no broker answers" } }),
  metrics: () => Promise.resolve("activity_tracker_up 1\n"),
};
const ask = (path: string, init: RequestInit = {}, remote = "127.0.0.1") =>
  answerProbe(PROBES, new Request(`http://localhost:8000${path}`, init), remote);

Deno.test("a process without pages answers whether it lives, whether it is ready, and its figures", async () => {
  assert.equal(await (await ask("/healthz")).text(), "ok\n");
  const readiness = await ask("/readyz");
  assert.equal(readiness.status, 503);
  assert.deepEqual(await readiness.json(), { ready: false, checks: { log: "no broker answers" } });
  assert.equal(await (await ask("/metrics")).text(), "activity_tracker_up 1\n");
});

Deno.test("probes come from anywhere, figures are for this machine", async () => {
  assert.equal((await ask("/healthz", {}, "192.0.2.1")).status, 200);
  assert.equal((await ask("/metrics", {}, "192.0.2.1")).status, 403);
});

Deno.test("everything else is told where it belongs", async () => {
  for (const response of [await ask("/"), await ask("/sensor-data", { method: "POST", body: "{}" })]) {
    assert.equal(response.status, 404);
    assert.match((await response.json()).detail, /a process with the role web/);
  }
});
