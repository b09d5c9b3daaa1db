/**
 * Connections that break after a request was carried out and before its answer came, at every kind of request.
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { KafkaLog } from "../../log/kafka/log.ts";
import { testSettings } from "../../log/kafka/testing.ts";
import { Conflict } from "../../log/port.ts";
import type { ControlEvent } from "../../log/records.ts";
import { batchOf, readAllActivity, readAllRaw } from "../../log/testing/batches.ts";
import { CountingTask } from "../../log/testing/counting_task.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { until } from "../client.ts";
import { Api, LossyProxy } from "./lossy_proxy.ts";
import { kafkaTest } from "./testing.ts";
import { random } from "../phones.ts";

/** So that most of the losses hit what happens seldom; fetches and heartbeats go on all the time. */
const LOSSES = new Map<Api, number>([
  [Api.Fetch, 0.01],
  [Api.Heartbeat, 0.02],
  [Api.Metadata, 0.05],
  [Api.FindCoordinator, 0.01],
  [Api.Produce, 0.03],
  [Api.AddPartitionsToTxn, 0.04],
  [Api.AddOffsetsToTxn, 0.04],
  [Api.TxnOffsetCommit, 0.06],
  [Api.EndTxn, 0.06],
  [Api.JoinGroup, 0.3],
  [Api.SyncGroup, 0.3],
  [Api.InitProducerId, 0.2],
]);
const CUTS = 100;
const DEVICES = 8;
/** Members that came and went as connections broke leave the group one after the other, each with a rebalance, ms. */
const RECOVERY_MS = 60_000;
/** Snapshots come every second instead of every eight: states are restored from all ages. */
const CLOCK_SPEED = 8;

const refuseForeign = () => {
  throw new Error("the message is foreign: expected one of our own");
};

const fastClock = () => CLOCK_SPEED * Date.now();

kafkaTest(
  "Lost answers: every acknowledged message is stored once and gives one window, in order",
  async ([broker]) => {
    await using proxy = await LossyProxy.start({ broker, next: random(7), losses: LOSSES });
    const settings = testSettings([broker]);
    const open = () => KafkaLog.open(settings, refuseForeign, fastClock, proxy.factory);
    const logs = [await open(), await open()];
    await Promise.all(logs.map((log) => log.run((context) => new CountingTask(context))));
    proxy.isLossy = true;
    let stopped = false;
    let refused = 0;
    const phones = Array.from({ length: DEVICES }, async (_, device) => {
      let acknowledged = 0;
      while (!stopped) {
        try {
          await logs[device % logs.length].append(batchOf(`phone-${device}`, `${acknowledged}`));
          acknowledged++;
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          refused++;
        }
        await delay(20);
      }
      return acknowledged;
    });
    // Members come and go, so that tasks start again while connections break.
    while (proxy.cutCount < CUTS) {
      const visitor = await open().catch(() => null);
      await visitor?.run((context) => new CountingTask(context)).catch(() => {});
      await delay(200);
      await visitor?.close();
    }
    proxy.isLossy = false;
    stopped = true;
    const acknowledged = await Promise.all(phones);
    const [log] = logs;
    await until(
      () => log.poll().then(() => log.status()),
      ({ lagRecords, raw }) =>
        lagRecords.every((lag) => lag === 0) && raw.reduce((sum, { end }) => sum + end, 0) > 0,
      RECOVERY_MS,
    );
    console.log("cuts", [...proxy.cuts].map(([api, count]) => `${Api[api]} ${count}`).join(", "));
    console.log("acknowledged", acknowledged, "refused", refused);
    const messages = (await readAllRaw(log)).flat().map(({ record }) => record);
    const windows = (await readAllActivity(log)).flat().map(({ record }) => record);
    acknowledged.forEach((count, device) => {
      const is = ({ deviceId }: { deviceId: string }) => deviceId === `phone-${device}`;
      const expected = Array.from({ length: count }, (_, i) => i);
      assert.deepEqual(messages.filter(is).map(({ messageId }) => Number(messageId)), expected);
      assert.deepEqual(windows.filter(is).map(({ timestamp }) => timestamp / 1000 - 1), expected);
    });
    await Promise.all(logs.map((each) => each.close()));
    await until(() => proxy.connections, (connections) => connections === 0);
  },
);

kafkaTest(
  "Lost answers: of two writers' admin changes, versions have no gap and none twice",
  async ([broker]) => {
    const losses = new Map([
      [Api.EndTxn, 0.2],
      [Api.Produce, 0.1],
      [Api.InitProducerId, 0.1],
      [Api.Fetch, 0.03],
      [Api.AddPartitionsToTxn, 0.1],
    ]);
    await using proxy = await LossyProxy.start({ broker, next: random(11), losses });
    const settings = testSettings([broker]);
    const writers = [];
    for (const by of ["here", "there"]) {
      const log = await KafkaLog.open(settings, refuseForeign, Date.now, proxy.factory);
      const seen: ControlEvent[] = [];
      await log.tailControl((event) => seen.push(event));
      writers.push({ by, log, seen });
    }
    proxy.isLossy = true;
    const outcomes = { stored: 0, conflicts: 0, unavailable: 0 };
    await Promise.all(writers.map(async ({ by, log, seen }) => {
      while (proxy.cutCount < CUTS / 2) {
        const version = (seen.at(-1)?.version ?? 0) + 1;
        const event = { entity: "a", version, type: "renamed", atMs: version, by, data: { name: by } };
        try {
          await log.appendControl(event);
          outcomes.stored++;
          assert.deepEqual(seen.find((each) => each.version === version), event);
        } catch (error) {
          if (error instanceof Conflict) outcomes.conflicts++;
          else if (error instanceof Unavailable) outcomes.unavailable++;
          else throw error;
        }
        await delay(30);
      }
    }));
    proxy.isLossy = false;
    console.log("cuts", [...proxy.cuts].map(([api, count]) => `${Api[api]} ${count}`).join(", "), outcomes);
    const whole: ControlEvent[] = [];
    await writers[0].log.tailControl((event) => whole.push(event));
    assert.deepEqual(whole.map(({ version }) => version), whole.map((_, i) => i + 1));
    assert.ok(whole.length >= outcomes.stored && whole.length <= outcomes.stored + outcomes.unavailable);
    await Promise.all(writers.map(({ log }) => log.close()));
    await until(() => proxy.connections, (connections) => connections === 0);
  },
);
