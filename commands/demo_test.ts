import assert from "node:assert/strict";
import { SessionTable } from "../stream/session_table.ts";
import { DEFAULT_WINDOW } from "../stream/settings.ts";
import { DEFAULT_THRESHOLDS } from "../stream/thresholds.ts";
import { createDemo } from "./demo.ts";
import type { Message } from "./playback.ts";
import { readRecording } from "./recordings.ts";
import { VirtualClock } from "./testing/virtual_clock.ts";

const ACCEPTED = () => Promise.resolve(Response.json({ status: "ok" }));

Deno.test("The demo posts one message a second until the whole recording is played", async () => {
  const clock = new VirtualClock(1_000_000);
  const sent: [number, Message][] = [];
  const demo = createDemo((body) => {
    sent.push([clock.nowMs(), body as Message]);
    return ACCEPTED();
  }, clock);
  const { durationMs, sessionId } = demo.start();
  await clock.runUntil(() => sent.length === 120);
  await demo.stop();
  const readings = sent.flatMap(([, message]) => message.sensorReadings);
  assert.equal(readings.length, 6000);
  assert.equal(readings.at(-1)!.timestamp - readings[0].timestamp, durationMs);
  assert.ok(sent.every(([, m]) => m.deviceId === "demo-phone" && m.sessionId === sessionId));
  assert.ok(sent.every(([at], i) => i === 0 || at - sent[i - 1][0] <= 1000));
  assert.ok(sent.every(([at, m]) => m.sensorReadings.every(({ timestamp }) => timestamp <= at)));
});

Deno.test("Starting a playing demo answers with the playing one; afterwards a new session begins", async () => {
  const clock = new VirtualClock(1_000_000);
  let posted = 0;
  const demo = createDemo(() => {
    posted++;
    return ACCEPTED();
  }, clock);
  const first = demo.start();
  await clock.runUntil(() => posted === 10);
  assert.deepEqual(demo.start(), first);
  await clock.runUntil(() => posted === 120);
  await clock.turn();
  assert.notEqual(demo.start().sessionId, first.sessionId);
  await demo.stop();
});

Deno.test("stop() ends the demo at once", async () => {
  const clock = new VirtualClock(0);
  let posted = 0;
  const demo = createDemo(() => {
    posted++;
    return ACCEPTED();
  }, clock);
  demo.start();
  await clock.runUntil(() => posted === 3);
  await demo.stop();
  await clock.turn();
  assert.equal(posted, 3);
});

Deno.test("A refused message does not end the demo", async () => {
  const clock = new VirtualClock(0);
  const said: unknown[] = [];
  const consoleError = console.error;
  console.error = (text: unknown) => void said.push(text);
  let posted = 0;
  const demo = createDemo(() => {
    posted++;
    return posted === 1 ? Promise.resolve(new Response("full", { status: 503 })) : ACCEPTED();
  }, clock);
  try {
    demo.start();
    await clock.runUntil(() => posted === 5);
    await demo.stop();
  } finally {
    console.error = consoleError;
  }
  assert.deepEqual(said, ["demo: message 0 was refused: 503 full"]);
});

Deno.test("The demo shows standing, walking, running, walking and sitting in this order", async () => {
  const { tMs, xyz, count } = await readRecording("static/demo/recording.csv.gz");
  const table = new SessionTable(DEFAULT_WINDOW, DEFAULT_THRESHOLDS);
  const shown: string[] = [];
  table.feed(table.open(), tMs, xyz, count, "removed", ({ activity }) => {
    if (activity !== "unknown" && activity !== shown.at(-1)) shown.push(activity);
  });
  assert.deepEqual(shown, ["stationary", "walking", "running", "walking", "stationary"]);
});
