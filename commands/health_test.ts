import assert from "node:assert/strict";
import type { LogStatus } from "../log/port.ts";
import { sinkStatus } from "../sinks/testing/status.ts";
import { loadSettings } from "../config.ts";
import { logHealthOf, oneAtATime, readinessOf, snowflakeHealthOf } from "./health.ts";

const STATUS: LogStatus = {
  lagRecords: [0, 3],
  raw: [{ begin: 0, end: 7 }, { begin: 2, end: 9 }],
  activity: [{ begin: 0, end: 1 }, { begin: 0, end: 1 }],
  deadLetters: 4,
  lostRecords: 5,
  trouble: null,
};
const FULL = { status: STATUS, tasks: null, snowflake: null, readModel: { isFilling: false, trouble: null } };

Deno.test("a process that is behind or fills its pages is ready all the same, and says so", () => {
  assert.deepEqual(readinessOf({ ...FULL, readModel: { isFilling: true, trouble: null } }), {
    ready: true,
    checks: {
      log: "ok",
      processing: "3 records behind",
      pages: "being filled from the log: they do not show everything yet",
    },
  });
});

Deno.test("a process without pages has nothing to say about them", () => {
  assert.deepEqual(readinessOf({ status: { ...STATUS, lagRecords: [0, 0] } }), {
    ready: true,
    checks: { log: "ok", processing: "ok" },
  });
});

Deno.test("trouble with the log, with appending or with the read model is not ready, with what to check", () => {
  const logTrouble = { ...FULL, status: { ...STATUS, trouble: "no broker answers" } };
  assert.equal(readinessOf(logTrouble).ready, false);
  assert.equal(readinessOf(logTrouble).checks.log, "no broker answers");
  const both = readinessOf(logTrouble, "the buffer is full");
  assert.equal(both.checks.log, "no broker answers; the buffer is full");
  assert.equal(readinessOf(logTrouble, "no broker answers").checks.log, "no broker answers");
  assert.deepEqual(readinessOf(FULL, "the buffer is full"), {
    ready: false,
    checks: { log: "the buffer is full", processing: "3 records behind", pages: "ok" },
  });
  const readModel = { isFilling: true, trouble: "the read model cannot be filled" };
  const { ready, checks } = readinessOf({ ...FULL, readModel });
  assert.deepEqual([ready, checks.pages], [false, "the read model cannot be filled"]);
});

Deno.test("the log's health has each partition's extent and lag", () => {
  assert.deepEqual(logHealthOf(STATUS, "the buffer is full"), {
    partitions: [
      { partition: 0, begin: 0, end: 7, lagRecords: 0 },
      { partition: 1, begin: 2, end: 9, lagRecords: 3 },
    ],
    deadLetters: 4,
    lostRecords: 5,
    trouble: "the buffer is full",
  });
});

const SINK = sinkStatus();

Deno.test("trouble with Snowflake is told, but readings are taken all the same", () => {
  const { ready, checks } = readinessOf({ ...FULL, snowflake: { ...SINK, trouble: "the key is wrong" } });
  assert.equal(ready, true);
  assert.equal(checks.snowflake, "the key is wrong");
  assert.equal(readinessOf({ ...FULL, snowflake: SINK }).checks.snowflake, "ok");
});

Deno.test("loading into Snowflake is off, elsewhere or here, and here from the start", () => {
  const { snowflake } = loadSettings({ SNOWFLAKE_ACCOUNT: "A-B", SNOWFLAKE_PRIVATE_KEY_PATH: "key.p8" });
  assert.deepEqual(snowflakeHealthOf(null, true, null), { state: "off" });
  assert.deepEqual(snowflakeHealthOf(snowflake, false, null), { state: "elsewhere" });
  assert.deepEqual(snowflakeHealthOf(snowflake, true, SINK), { state: "here", status: SINK });
  const begun = snowflakeHealthOf(snowflake, true, null);
  assert.deepEqual(begun, { state: "here", status: sinkStatus({ lagRecords: null }) });
});

Deno.test("questions at one time have one answer; the next one is asked anew, also after a failure", async () => {
  let asked = 0;
  const ask = oneAtATime(() => Promise.resolve(++asked));
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [1, 1, 1]);
  assert.equal(await ask(), 2);
  const fail = oneAtATime(() => Promise.reject(new Error(`failed ${++asked}`)));
  await Promise.all([assert.rejects(fail(), /failed 3/), assert.rejects(fail(), /failed 3/)]);
  await assert.rejects(fail(), /failed 4/);
});
