/**
 * Phones whose clock is wrong, whose network is bad, or that send an hour late, on the real server: every window is where the
 * phone's own times say, once, and people are told what is late.
 */
import assert from "node:assert/strict";
import type { Clock } from "../commands/clock.ts";
import { disguised } from "../commands/disguise.ts";
import { type Faults, NO_FAULTS, SessionFaults } from "../commands/faults.ts";
import { type Message, play } from "../commands/playback.ts";
import { type Readings, readRecording } from "../commands/recordings.ts";
import { findings } from "../components/devices/health_words.ts";
import { gravityOf, sensorRank } from "../ingest/sensors.ts";
import { cardFromSession } from "../islands/live/card.ts";
import { strayMs } from "../islands/live/model.ts";
import type { Activity, ActivityRecord, Gravity } from "../log/records.ts";
import { SessionTable } from "../stream/session_table.ts";
import { DEFAULT_WINDOW } from "../stream/settings.ts";
import { DEFAULT_THRESHOLDS } from "../stream/thresholds.ts";
import type { DeviceItem } from "../web/devices.ts";
import type { LiveSession } from "../web/services.ts";
import { allEnded, follow, getJson, post, TESTDATA, until, windowsOf } from "./client.ts";
import { engineTest } from "./engines.ts";
import { startServer } from "./server.ts";

const SETTINGS = { SESSION_IDLE_MS: "5000" };
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Messages of one request of several lines; with 50 readings each this is just within the limit of 20,000. */
const LINES = 400;

/** Where two messages come in the wrong order, a reading at their border can pass for a repeated one. */
const SWAPPED_SHARE = 0.98;

const walking = await readRecording(`${TESTDATA}walking.csv`);

/** What a window is, without what only the server knows. */
type Window = Pick<
  ActivityRecord,
  | "timestamp"
  | "windowStart"
  | "readings"
  | "coverage"
  | "activity"
  | "magnitude"
  | "cadenceHz"
  | "confidence"
>;

const windowOf = (
  { timestamp, windowStart, readings, coverage, activity, magnitude, cadenceHz, confidence }: Window,
): Window => ({ timestamp, windowStart, readings, coverage, activity, magnitude, cadenceHz, confidence });

/** A clock that is where it is told to be as soon as it is. */
function clockFrom(startMs: number): Clock {
  let nowMs = startMs;
  return { nowMs: () => nowMs, sleep: (ms) => Promise.resolve(void (nowMs += Math.max(0, ms))) };
}

/** A recording's messages as a phone with these faults sends them, the last one now. */
async function messagesOf(
  deviceId: string,
  faults: Partial<Faults>,
  { readings = walking, gravity = "included" as Gravity } = {},
): Promise<Message[]> {
  const messages: Message[] = [];
  await play(
    readings,
    { deviceId, sessionId: `${deviceId}-run`, gravity },
    1,
    clockFrom(Date.now() - readings.tMs[readings.count - 1] + readings.tMs[0]),
    new AbortController().signal,
    (message) => Promise.resolve(void messages.push(message)),
    new SessionFaults({ ...NO_FAULTS, ...faults }),
  );
  return messages;
}

/** Posts messages one after the other. @returns the codes of all warnings */
async function send(url: string, messages: readonly Message[]): Promise<Set<string>> {
  const codes = new Set<string>();
  for (const message of messages) {
    const response = await post(`${url}/sensor-data`, message);
    const { status, warnings } = await response.json();
    assert.deepEqual([response.status, status], [200, "ok"]);
    for (const { code } of warnings) codes.add(code);
  }
  return codes;
}

/** What an undisturbed run gives: every message once, in the order of its time, as the server is fed, which rounds in between. */
function undisturbed(messages: readonly Message[]): Window[] {
  const inOrder = [...new Map(messages.map((message) => [message.messageId, message])).values()]
    .sort((a, b) => a.sensorReadings[0].timestamp - b.sensorReadings[0].timestamp);
  const table = new SessionTable(DEFAULT_WINDOW, DEFAULT_THRESHOLDS);
  const slot = table.open();
  const windows: Window[] = [];
  for (const { sensorReadings } of inOrder) {
    const tMs = Float64Array.from(sensorReadings, ({ timestamp }) => timestamp);
    const xyz = Float64Array.from(sensorReadings.flatMap(({ values }) => values));
    const gravity = gravityOf(sensorRank(sensorReadings[0].name), "seed");
    table.feed(slot, tMs, xyz, tMs.length, gravity, (window) => windows.push(windowOf(window)));
  }
  table.flush(slot, (window) => windows.push(windowOf(window)));
  return windows;
}

const stored = async (url: string, deviceId: string): Promise<Window[]> =>
  (await windowsOf(url, `${deviceId}-run`)).map(windowOf);

/** Every slide has its window, and no other: nothing is missing and nothing comes twice. */
function assertWhole(windows: readonly Window[]): void {
  for (let i = 1; i < windows.length; i++) {
    assert.equal(windows[i].timestamp - windows[i - 1].timestamp, DEFAULT_WINDOW.slideMs);
  }
}

/** The same windows of the same readings; the filter that takes gravity away goes by the order of arrival. */
const placed = (windows: readonly Window[]) =>
  windows.map(({ timestamp, windowStart, readings, coverage, activity }) => {
    return { timestamp, windowStart, readings, coverage, activity };
  });

/** How far the Live page says that a phone's results are from where they should be, ms; null: they are there, or none is. */
async function strayOnLive(url: string, deviceId: string): Promise<number | null> {
  const { items } = await getJson(`${url}/api/sessions?live=true`);
  const live = (items as LiveSession[]).find((item) => item.deviceId === deviceId);
  if (!live) return null;
  const card = cardFromSession({ ...live, recent: [] }, undefined, DEFAULT_WINDOW.slideMs);
  return strayMs(card, DEFAULT_WINDOW);
}

/** What the page Devices would say of a device's clock. */
async function healthOf(url: string, deviceId: string): Promise<{ lagMs: number; words: string }> {
  const { items, atMs } = await getJson(`${url}/api/devices?q=${deviceId}`);
  const item = (items as DeviceItem[]).find((device) => device.deviceId === deviceId)!;
  return { lagMs: item.health!.lagMs!, words: findings(item, atMs).map(({ text }) => text).join("\n") };
}

/** Within what the messages of half a minute, all sent at once, leave open. */
const isNear = (actualMs: number | null, expectedMs: number): boolean =>
  actualMs !== null && Math.abs(actualMs - expectedMs) < 20 * SECOND_MS;

engineTest(
  "phones with wrong clocks have every window where their clock says, once, and are told",
  async ({ env }) => {
    await using server = await startServer({ ...SETTINGS, ...env });
    const { url } = server;
    const live = follow(url);
    await using _ = { [Symbol.asyncDispose]: () => live.stop() };
    await live.opened;
    const clocks: Record<string, [faults: Partial<Faults>, warning: string]> = {
      "three-ahead": [{ clockMs: 3 * MINUTE_MS }, "clock_skew"],
      "three-behind": [{ clockMs: -3 * MINUTE_MS }, "late"],
      "leaps-ahead": [{ clockJump: { atMs: 15 * SECOND_MS, byMs: MINUTE_MS } }, "clock_skew"],
    };
    const expected = new Map<string, Window[]>();
    for (const [device, [faults, warning]] of Object.entries(clocks)) {
      const madeMs = Date.now();
      const messages = await messagesOf(device, faults);
      expected.set(device, undisturbed(messages));
      assert.deepEqual(await send(url, messages), new Set([warning]), device);
      const offMs = (faults.clockMs ?? 0) + (faults.clockJump?.byMs ?? 0);
      const { lagMs } = await healthOf(url, device);
      assert.ok(isNear(lagMs, Date.now() - madeMs - offMs), `${device}: ${lagMs}`);
      // Results come one after the other, and grow older while they do.
      await until(
        () => strayOnLive(url, device),
        (strayedMs) => isNear(strayedMs, Date.now() - madeMs - offMs),
      );
    }
    assert.match((await healthOf(url, "three-ahead")).words, /Its clock is \d\smin ahead\./);
    assert.match(
      (await healthOf(url, "three-behind")).words,
      /Its readings are \d\smin old .* clock is behind/,
    );

    await allEnded(url, Object.keys(clocks).map((device) => `${device}-run`));
    for (const [device, windows] of expected) {
      assert.ok(windows.length > 30, device);
      assert.deepEqual(await stored(url, device), windows, device);
    }
    await until(() => live.records.length, (count) => count === [...expected.values()].flat().length);
    assert.equal(new Set(live.records.map(({ messageId }) => messageId)).size, live.records.length);
  },
);

engineTest(
  "a clock that is set back goes on as a session of its own, with every window once, and people are told",
  async ({ env }) => {
    await using server = await startServer({ ...SETTINGS, ...env });
    const { url } = server;
    const backAtMs = 15 * SECOND_MS, backByMs = 2 * MINUTE_MS;
    const madeMs = Date.now();
    const messages = await messagesOf("set-back", { clockJump: { atMs: backAtMs, byMs: -backByMs } });
    const isBack = ({ sensorReadings: [{ timestamp }] }: Message) =>
      timestamp < messages[0].sensorReadings[0].timestamp;
    const before = messages.filter((message) => !isBack(message)), after = messages.filter(isBack);
    assert.ok(before.length > 10 && after.length > 10);
    assert.deepEqual(await send(url, before), new Set());
    assert.deepEqual(await send(url, after), new Set(["late"]));
    await until(
      () => strayOnLive(url, "set-back"),
      (strayedMs) => isNear(strayedMs, Date.now() - madeMs + backByMs),
    );
    assert.match((await healthOf(url, "set-back")).words, /Its readings are \d\smin old .* clock is behind/);
    await allEnded(url, ["set-back-run", "set-back-run~2"]);
    for (const [sessionId, sent] of [["set-back-run", before], ["set-back-run~2", after]] as const) {
      const { counts } = await getJson(`${url}/api/sessions/${encodeURIComponent(sessionId)}`);
      const readings = sent.reduce((sum, { sensorReadings }) => sum + sensorReadings.length, 0);
      // Of an earlier run of the clock, the stream keeps no counts.
      assert.deepEqual(counts, sent === after ? { readings, late: 0, duplicates: 0 } : null);
      const windows = (await windowsOf(url, sessionId)).map(windowOf);
      assertWhole(windows);
      assert.deepEqual(windows, undisturbed(sent));
    }
  },
);

engineTest(
  "a clock five minutes ahead is the bound, and who is past it is told what to do",
  async ({ env }) => {
    await using server = await startServer({ ...SETTINGS, ...env });
    const [message] = await messagesOf("far-ahead", { clockMs: 6 * MINUTE_MS });
    const refused = await post(`${server.url}/sensor-data`, message);
    const { detail, errors } = await refused.json();
    assert.equal(refused.status, 400);
    assert.match(detail, /after the server's clock: expected at most 5 min; is the phone's clock right\?/);
    assert.equal(errors[0].code, "in_future");
    const at = (aheadMs: number) => ({
      name: "accelerometer",
      timestamp: Date.now() + aheadMs,
      values: [0, 0, 9.81],
    });
    const readings = [at(5 * MINUTE_MS - 10 * SECOND_MS), at(5 * MINUTE_MS + 10 * SECOND_MS)];
    const partly = await post(`${server.url}/sensor-data`, { ...message, sensorReadings: readings });
    const { status, accepted, rejected, warnings } = await partly.json();
    assert.deepEqual([status, accepted, rejected, warnings[0].code], ["partial", 1, 1, "clock_skew"]);
    assert.match((await healthOf(server.url, "far-ahead")).words, /is the phone's clock right\?/);
  },
);

engineTest("a bad network changes no window, and another unit or no gravity no activity", async ({ env }) => {
  await using server = await startServer({ ...SETTINGS, ...env });
  const trouble = { seed: 13, duplicate: 0.3, reorder: 0.3, delayMs: [0, 900] as const };
  const messages = await messagesOf("bad-network", trouble);
  const order = messages.map(({ messageId }) => Number(messageId));
  assert.ok(order.some((id, i) => id < order[i - 1]) && new Set(order).size < order.length);
  const disguises = {
    "in-g": { unit: "g", gravity: null },
    "no-gravity": { unit: "ms2", gravity: "removed" },
  } as const;
  await send(server.url, messages.filter(({ messageId }, i) => order.indexOf(Number(messageId)) === i));
  const again = messages.filter(({ messageId }, i) => order.indexOf(Number(messageId)) !== i);
  for (const message of again) {
    const answer = await (await post(`${server.url}/sensor-data`, message)).json();
    assert.deepEqual([answer.accepted, answer.duplicate], [0, message.sensorReadings.length]);
  }
  for (const [device, disguise] of Object.entries(disguises)) {
    await send(server.url, await messagesOf(device, {}, disguised(walking, "included", disguise)));
  }
  const devices = ["bad-network", ...Object.keys(disguises)];
  await allEnded(server.url, devices.map((device) => `${device}-run`));
  const windows = await stored(server.url, "bad-network"), expected = undisturbed(messages);
  const unhurt = (all: readonly Window[]) => placed(all).map(({ readings: _, ...window }) => window);
  assert.deepEqual(unhurt(windows), unhurt(expected));
  for (const [i, { readings }] of windows.entries()) {
    assert.ok(readings >= SWAPPED_SHARE * expected[i].readings);
  }
  for (const device of Object.keys(disguises)) {
    const answers = (await stored(server.url, device)).map(({ activity }) => activity as Activity);
    const walked = answers.filter((activity) => activity === "walking").length;
    assert.ok(walked > 0.8 * answers.length, `${device}: ${answers}`);
  }
});

/** A recording played over and over until it is so long. */
function repeated({ tMs, xyz, count }: Readings, lengthMs: number): Readings {
  const periodMs = tMs[count - 1] - tMs[0] + tMs[1] - tMs[0];
  const times = Math.ceil(lengthMs / periodMs);
  const total = Array.from(
    { length: times * count },
    (_, i) => Math.floor(i / count) * periodMs + tMs[i % count],
  )
    .filter((t) => t < lengthMs);
  return {
    count: total.length,
    tMs: Float64Array.from(total),
    xyz: Float64Array.from({ length: 3 * total.length }, (_, i) => xyz[i % (3 * count)]),
  };
}

engineTest(
  "an hour that a phone saved up and sends at once goes on where its session was, without a hole",
  async ({ env }) => {
    await using server = await startServer({ ...SETTINGS, ...env });
    const { url } = server;
    const lostAtMs = 30 * SECOND_MS;
    const offline = { atMs: lostAtMs, lengthMs: HOUR_MS };
    const messages = await messagesOf("saved-up", { offline }, { readings: repeated(walking, HOUR_MS) });
    const early = messages.filter(({ messageId }) => Number(messageId) < lostAtMs / SECOND_MS - 1);
    const late = messages.slice(early.length);
    assert.ok(early.length > 20 && late.length > 3500);
    assert.deepEqual(await send(url, early), new Set(["late"]));
    await allEnded(url, ["saved-up-run"]);
    for (let i = 0; i < late.length; i += LINES) {
      const lines = late.slice(i, i + LINES).map((message) => JSON.stringify(message)).join("\n");
      const response = await fetch(`${url}/sensor-data`, {
        method: "POST",
        headers: { "content-type": "application/x-ndjson" },
        body: lines,
      });
      const answer = await response.json();
      assert.deepEqual([response.status, answer.status], [200, "ok"], JSON.stringify(answer));
      if (i === 0) {
        assert.match(
          answer.warnings[0].detail,
          /more than 60 s old: stored, but past the live view/,
        );
      }
    }
    await until(
      () => getJson(`${url}/api/sessions/saved-up-run`),
      ({ live, endedAt }) => !live && endedAt > late.at(-1)!.sensorReadings[0].timestamp,
    );
    const windows = await stored(url, "saved-up");
    assertWhole(windows);
    const expected = undisturbed(messages);
    assert.deepEqual(
      windows.map(({ timestamp }) => timestamp),
      expected.map(({ timestamp }) => timestamp),
    );
    // Where the session had ended, a window does not have what came before it.
    const pauseMs = late[0].sensorReadings[0].timestamp;
    const isWhole = ({ timestamp, windowStart }: Window) =>
      timestamp <= pauseMs || windowStart >= pauseMs + DEFAULT_WINDOW.windowMs;
    assert.deepEqual(placed(windows.filter(isWhole)), placed(expected.filter(isWhole)));
  },
);
