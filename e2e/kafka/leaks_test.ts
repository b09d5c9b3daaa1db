/**
 * What a log leaves behind when it closes, and when partitions come and go: nothing.
 */
import assert from "node:assert/strict";
import { KafkaLog } from "../../log/kafka/log.ts";
import { openTestLog, testSettings } from "../../log/kafka/testing.ts";
import { batchOf } from "../../log/testing/batches.ts";
import { CountingTask } from "../../log/testing/counting_task.ts";
import { until } from "../client.ts";
import { LossyProxy } from "./lossy_proxy.ts";
import { kafkaTest } from "./testing.ts";

/** From when a log is closed to when its process has ended, ms. */
const MAX_EXIT_MS = 3000;
/** When to close: while it works, and at moments of its start, which takes about half a second, ms. */
const CLOSED_WHEN = ["working", "10", "50", "100", "200", "300", "400"];
const REBALANCES = 50;
/** Each member that comes and one that goes is a rebalance. */
const VISITS = REBALANCES / 2;
/** Visits before the first look: connections are made when they are needed first. */
const FIRST_VISITS = 5;
/** Of the producers, one for each partition, some are just being connected or left. */
const CONNECTIONS_MORE = 4;

kafkaTest("A process whose log was closed, while it worked or started, ends by itself", async ([broker]) => {
  const script = new URL("open_and_close.ts", import.meta.url).pathname;
  const permissions = ["--allow-read", "--allow-env", "--allow-sys", "--allow-net=127.0.0.1,localhost"];
  for (const when of CLOSED_WHEN) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", ...permissions, script, broker, when],
      stdout: "piped",
    }).spawn();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let output = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (/^closed$/m.test(output)) timer ??= setTimeout(() => child.kill("SIGKILL"), MAX_EXIT_MS);
    }
    const { code } = await child.status;
    clearTimeout(timer);
    assert.match(output, /^closed$/m);
    assert.equal(code, 0, `closed ${when}: the process was still there ${MAX_EXIT_MS} ms later`);
  }
});

kafkaTest(
  `A log has no more connections after ${REBALANCES} rebalances than after the first`,
  async ([broker]) => {
    await using proxy = await LossyProxy.start({ broker, next: Math.random, losses: new Map() });
    const settings = testSettings([broker]);
    const log = await KafkaLog.open(
      settings,
      () => assert.fail("a foreign message"),
      Date.now,
      proxy.factory,
    );
    await log.run((context) => new CountingTask(context));
    let posting = true;
    const posted = (async () => {
      for (let i = 0; posting; i++) await log.append(batchOf(`phone-${i % 8}`, `${i}`));
    })();
    const visit = async () => {
      const visitor = await openTestLog(settings);
      await visitor.run((context) => new CountingTask(context));
      await visitor.close();
    };
    for (let visits = 0; visits < FIRST_VISITS; visits++) await visit();
    const before = proxy.connections;
    for (let visits = FIRST_VISITS; visits < VISITS; visits++) await visit();
    posting = false;
    await posted;
    await until(() => proxy.connections, (connections) => connections <= before + CONNECTIONS_MORE);
    await log.close();
    await until(() => proxy.connections, (connections) => connections === 0);
  },
);
