/**
 * What each client sends goes the whole way: HTTP or MQTT, judgement, log, stream, windows.
 */
import assert from "node:assert/strict";
import { AS_SHIPPED } from "../commands/engine/control.ts";
import { Processors } from "../commands/engine/processors.ts";
import { EmbeddedHarness } from "../log/embedded/testing.ts";
import { readAllActivity, readAllRaw } from "../log/testing/batches.ts";
import { type Readings, recording, START_MS } from "../stream/testing/signals.ts";
import { DEFAULT_WINDOW } from "../stream/settings.ts";
import { newIngestCounters } from "./counters.ts";
import { DeviceHealths } from "./device_health.ts";
import { createIngest } from "./http/service.ts";
import { Intake } from "./mqtt/intake.ts";
import { DEFAULT_INGEST } from "./settings.ts";
import { type Client, CLIENTS, REFUSED, type Second } from "./testing/clients.ts";

/** Readings over which gravity is averaged, to have what a phone's own filter would. */
const GRAVITY_READINGS = 50;

/** The log and the stream, and a server in front of them. */
async function setup() {
  const harness = new EmbeddedHarness();
  const log = await harness.open();
  await new Processors().run(log, DEFAULT_WINDOW, AS_SHIPPED, () => {});
  const counters = newIngestCounters();
  const health = new DeviceHealths(() => ({ included: true, unit: "ms2" }));
  const now = () => harness.nowMs;
  const settings = { ...DEFAULT_INGEST, requestsPerS: 1e6, burst: 1e6 };
  const keys = { owner: (key: string) => key === "at_key" ? { deviceId: "phone-1", revoked: false } : null };
  const ingest = createIngest({ sink: log, keys, settings, now, counters, health });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (req) =>
      new URL(req.url).pathname.startsWith("/ingest/phyphox/")
        ? ingest.postPhyphox(req, "at_key")
        : ingest.post(req, "at_key"),
  );
  const intake = new Intake({
    sink: log,
    settings,
    counters,
    health,
    labels: { hear() {} },
    now,
    sleep: () => Promise.resolve(),
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    harness,
    log,
    counters,
    async send(client: Pick<Client, "by" | "contentType">, body: unknown): Promise<number> {
      if (client.by === "mqtt") {
        const fate = await intake.take(
          "sensor-logger/phone-1",
          new TextEncoder().encode(JSON.stringify(body)),
        );
        return fate === "stored" ? 200 : 400;
      }
      const response = await fetch(`${url}/ingest/${client.by === "phyphox" ? "phyphox/" : ""}at_key`, {
        method: "POST",
        headers: { "content-type": client.contentType ?? "application/json" },
        body: JSON.stringify(body),
      });
      await response.body?.cancel();
      return response.status;
    },
    async windows() {
      await harness.settle(log);
      return (await readAllActivity(log)).flat().map(({ record }) => record);
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      ingest.close();
      await harness[Symbol.asyncDispose]();
    },
  };
}

/** A recording second by second, with its gravity apart. */
function secondsOf({ tMs, xyz, count }: Readings): Second[] {
  const seconds: Second[] = [];
  const axis = (i: number, a: number) => xyz[3 * i + a];
  for (let i = 0; i < count; i++) {
    const n = Math.floor((tMs[i] - START_MS) / 1000);
    const from = Math.max(0, Math.min(i - GRAVITY_READINGS / 2, count - GRAVITY_READINGS));
    const mean = (a: number) => {
      let sum = 0;
      for (let j = from; j < from + GRAVITY_READINGS; j++) sum += axis(j, a);
      return sum / GRAVITY_READINGS;
    };
    seconds[n] ??= { n, startMs: START_MS, readings: [] };
    seconds[n].readings.push({
      tMs: tMs[i],
      total: [axis(i, 0), axis(i, 1), axis(i, 2)],
      gravity: [mean(0), mean(1), mean(2)],
    });
  }
  return seconds.filter(Boolean);
}

const RECORDINGS = { still: "stationary", walking: "walking" } as const;
const seconds = {
  still: secondsOf(await recording("still")),
  walking: secondsOf(await recording("walking")),
};

for (const client of CLIENTS) {
  for (const [name, activity] of Object.entries(RECORDINGS)) {
    Deno.test(`${client.name}: a recording of ${activity} becomes windows that say so`, async () => {
      await using server = await setup();
      for (const second of seconds[name as keyof typeof RECORDINGS]) {
        server.harness.nowMs = START_MS + 1000 * second.n + 1000;
        const bodies = client.send(second);
        const answers = await Promise.all(bodies.map((body) => server.send(client, body)));
        assert.deepEqual(new Set(answers), new Set([200]));
      }
      const windows = await server.windows();
      assert.ok(windows.length > 20, `${windows.length} windows`);
      const right = windows.filter((window) => window.activity === activity).length;
      assert.ok(right / windows.length > 0.85, `${right} of ${windows.length}`);
      const batches = (await readAllRaw(server.log)).flat().map(({ record }) => record);
      assert.equal(new Set(batches.map(({ source }) => source)).size, 1);
      // The first windows began before the recording did.
      const firstMs = Math.min(...batches.map(({ tMs }) => tMs[0]));
      const covered = windows.filter(({ windowStart }) => windowStart >= firstMs);
      assert.ok(covered.length > 20 && covered.every(({ coverage }) => coverage > 0.9));
      assert.equal(new Set(windows.map(({ deviceId, sessionId }) => `${deviceId} ${sessionId}`)).size, 1);
    });
  }
}

for (const { name, body } of REFUSED) {
  Deno.test(`${name}: refused, and nothing of it is stored`, async () => {
    await using server = await setup();
    for (const by of ["post", "mqtt"] as const) assert.equal(await server.send({ by }, body), 400);
    assert.deepEqual((await readAllRaw(server.log)).flat(), []);
    assert.equal(server.counters.badRequests, 2);
  });
}
