import assert from "node:assert/strict";
import type { MqttStatus } from "../ingest/mqtt/status.ts";
import { sinkStatus } from "../sinks/testing/status.ts";
import { fakeDetails } from "./testing/fake_services.ts";
import { type Part, PART_IDS, type StatusInput, statusOf } from "./status.ts";

const NOW_MS = 1_767_225_600_000;
const SINK = sinkStatus({
  lagRecords: { raw_sensor_data: 2, processed_activity: 1 },
  deliveredRecords: 1500,
  deliveredBytes: 1e6,
  deliveries: 2,
  lastDeliveryAtMs: NOW_MS - 180_000,
});
const BROKER = {
  url: "mqtt://broker.test",
  topic: "sensor-logger/#",
  trouble: null,
  stored: 1200,
  refused: 0,
  waiting: 0,
  lastMessageAtMs: NOW_MS - 2000,
  lastRefusal: null,
};
const WELL: StatusInput = {
  log: {
    partitions: [{ partition: 0, begin: 10, end: 1240, lagRecords: 0 }],
    deadLetters: 0,
    lostRecords: 0,
    trouble: null,
  },
  readiness: { ready: true, checks: { log: "ok", processing: "ok", pages: "ok" } },
  snowflake: { state: "here", status: SINK },
  mqtt: { state: "on", status: BROKER },
  details: fakeDetails(),
};

function part(id: Part["id"], change: Partial<StatusInput> = {}): Part {
  return statusOf({ ...WELL, ...change }, NOW_MS).parts.find((each) => each.id === id)!;
}

Deno.test("every part is fine where nothing is wrong", () => {
  const { parts, atMs } = statusOf(WELL, NOW_MS);
  assert.deepEqual(parts.map(({ id }) => id), [...PART_IDS]);
  assert.ok(parts.every(({ state }) => state === "ok"));
  assert.equal(atMs, NOW_MS);
  assert.equal(part("log").text, "1,230 batches of readings kept in 1 partition.");
});

Deno.test("trouble, lost records and dead letters need someone, and say what to do", () => {
  assert.deepEqual(part("log", { log: { ...WELL.log, trouble: "No broker answers" } }), {
    id: "log",
    state: "wrong",
    text: "No broker answers",
  });
  const lost = part("log", { log: { ...WELL.log, lostRecords: 1 } });
  assert.equal(lost.state, "wrong");
  assert.match(lost.text, /1 batch deleted by retention .* raise RETENTION_MS/);
  assert.equal(part("deadLetters", { log: { ...WELL.log, deadLetters: 2 } }).state, "wrong");
});

Deno.test("what gets right by itself is busy", () => {
  const partitions = [{ partition: 0, begin: 0, end: 9, lagRecords: 4 }];
  assert.equal(part("classification", { log: { ...WELL.log, partitions } }).state, "busy");
  const filling = {
    ready: true,
    checks: { pages: "being filled from the log: they do not show everything yet" },
  };
  assert.deepEqual(part("pages", { readiness: filling }), {
    id: "pages",
    state: "busy",
    text: "Pages are being filled from the log: they do not show everything yet.",
  });
  const failed = { ready: false, checks: { pages: "the read model could not be written: disk full" } };
  assert.equal(part("pages", { readiness: failed }).state, "wrong");
});

Deno.test("Snowflake is off, elsewhere, loading or in trouble", () => {
  assert.equal(part("snowflake", { snowflake: { state: "off" } }).state, "off");
  assert.match(part("snowflake", { snowflake: { state: "elsewhere" } }).text, /the role snowflake/);
  assert.equal(
    part("snowflake").text,
    "1,500 records in 2 loads since the start, the last 3\u00a0min ago; 3 records wait for the next one.",
  );
  const trouble = part("snowflake", {
    snowflake: { state: "here", status: { ...SINK, trouble: "the key is wrong" } },
  });
  assert.equal(trouble.state, "wrong");
  assert.match(trouble.text, /^the key is wrong\. The log keeps the records meanwhile\. /);
  const lost = part("snowflake", { snowflake: { state: "here", status: { ...SINK, lostRecords: 7 } } });
  assert.match(lost.text, /7 records deleted by retention before being loaded/);
});

Deno.test("a broker's messages: off, fine, on the way, not to be used, or not to be had", () => {
  const of = (change: Partial<MqttStatus>) =>
    part("mqtt", { mqtt: { state: "on", status: { ...BROKER, ...change } } });
  assert.equal(part("mqtt", { mqtt: { state: "off" } }).state, "off");
  assert.match(
    of({}).text,
    /^Listening to sensor-logger\/# at mqtt:\/\/broker.test: 1,200 messages taken .*, the last one came 2\ss ago\.$/,
  );
  assert.equal(of({ waiting: 1 }).state, "busy");
  const refused = of({ refused: 1, lastRefusal: "the message is not JSON" });
  assert.equal(refused.state, "wrong");
  assert.match(refused.text, /1 message could not be used, the last one because the message is not JSON\.$/);
  const away = part("mqtt", {
    mqtt: { state: "on", status: { ...BROKER, trouble: "no connection to it", lastMessageAtMs: null } },
  });
  assert.deepEqual([away.state, away.text], ["wrong", "no connection to it. None since the start."]);
});
