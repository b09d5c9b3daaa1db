import assert from "node:assert/strict";
import { benchOverload, sumOf } from "./overload.ts";
import type { Server } from "./server.ts";

const METRICS = `# TYPE activity_tracker_log_lag_records gauge
activity_tracker_log_lag_records{partition="0"} 3
activity_tracker_log_lag_records{partition="1"} 4
activity_tracker_sessions_open 9
`;

Deno.test("benchOverload() shows what was refused in the overload and that nothing is refused after it", async () => {
  const senders = new Map<string, Set<string>>();
  await using http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/metrics") return new Response(METRICS);
    if (pathname === "/api/live") return new Response(": hello\n\n");
    if (pathname === "/api/devices") return Response.json({ key: "key-000" });
    const { deviceId } = await request.json();
    const [kind] = deviceId.split("-");
    senders.set(kind, (senders.get(kind) ?? new Set()).add(deviceId));
    if (kind === "crowd") return new Response("busy", { status: 503, headers: { "retry-after": "20" } });
    return Response.json({ accepted: 50 });
  });
  const used = { cpuS: 1, rssBytes: 1, writtenBytes: 1, broker: null };
  const server: Server = {
    name: "fake",
    url: `http://127.0.0.1:${http.addr.port}`,
    usage: () => Promise.resolve(used),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  // Time passes by being looked at and by being waited for, so nothing really waits.
  let nowMs = 1_700_000_000_000;
  const clock = {
    nowMs: () => nowMs += 1,
    sleep: (ms: number) => Promise.resolve(void (nowMs += Math.max(0, ms))),
  };
  const { signal } = new AbortController();
  const options = { phones: 4, factor: 1.5, secs: 2, conns: 2, clock, signal };
  const [overload, recovered] = await Array.fromAsync(benchOverload(server, options));
  assert.deepEqual([...senders].map(([kind, devices]) => [kind, devices.size]), [
    ["crowd", 6],
    ["settling", 4],
    ["usual", 4],
  ]);
  assert.deepEqual([overload.suite, overload.phones, overload.ok], ["overload", 6, 0]);
  assert.equal(overload.refused, 12);
  assert.equal(overload.waitingRecords, 7);
  assert.deepEqual([recovered.suite, recovered.phones, recovered.ok], ["recovered", 4, 80]);
  assert.deepEqual([recovered.refused, recovered.refusedBefore], [0, 0]);
});

Deno.test("sumOf() adds up a metric over its labels and takes no other for it", () => {
  assert.equal(sumOf(METRICS, "activity_tracker_log_lag_records"), 7);
  assert.equal(sumOf(METRICS, "activity_tracker_sessions_open"), 9);
  assert.throws(() => sumOf(METRICS, "activity_tracker_sessions"), /no activity_tracker_sessions$/);
});
