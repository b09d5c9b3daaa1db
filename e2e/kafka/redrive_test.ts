/**
 * A message that another program wrote and that could not be read: sent in again once it can be, and discarded.
 */
import assert from "node:assert/strict";
import { getJson, post, until } from "../client.ts";
import { inTempDir, kafkaEnv } from "../engines.ts";
import { startServer } from "../server.ts";
import { runTool, Tool } from "./java.ts";
import { kafkaTest } from "./testing.ts";
import { classified, messageOf, metric } from "./tracker.ts";

const HOUR_MS = 3_600_000;

kafkaTest(
  "A dead letter that can be read now is taken and gone, another is discarded, on every process and for good",
  (brokers) =>
    inTempDir(async (dir) => {
      const env: Record<string, string> = { ...kafkaEnv(brokers), DATA_DIR: `${dir}/data` };
      const strict = { ...env, MAX_PAST_MS: `${HOUR_MS}` };
      const old = messageOf("phone-1", "old");
      for (const reading of old.sensorReadings) reading.timestamp -= 2 * HOUR_MS;
      {
        await using server = await startServer(strict);
        const to = [
          "--bootstrap-server",
          brokers.join(","),
          "--topic",
          `${env.KAFKA_TOPIC_PREFIX}raw_sensor_data`,
        ];
        await runTool(Tool.consoleProducer, to, `${JSON.stringify(old)}\nhello world\n`);
        await until(() => metric(server.url, "log_dead_letters"), (count) => count === 2);
        const again = await post(`${server.url}/api/dead-letters/redrive`, {
          reason: await reasonOf(server.url, /clock/),
        });
        const answer = await again.json();
        assert.deepEqual([answer.redriven, answer.refused], [0, 1]);
        assert.match(answer.detail, /Refused again: .*before the server's clock/);
      }
      await using server = await startServer(env);
      const { items } = await getJson(`${server.url}/api/dead-letters`);
      const [stale, rubbish] = [/clock/, /not JSON/].map((reason) =>
        items.find((letter: { reason: string }) => reason.test(letter.reason))
      );
      const pathOf = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }) =>
        `${server.url}/api/dead-letters/${topic}/${partition}/${offset}`;
      assert.equal(await (await fetch(`${pathOf(rubbish)}/value`)).text(), "hello world");
      const { accepted } = await (await post(`${pathOf(stale)}/redrive`, {})).json();
      assert.equal(accepted, old.sensorReadings.length);
      const windows = await classified(server.url, "phone-1", 5);
      assert.ok(windows.every(({ timestamp }) => timestamp < Date.now() - HOUR_MS));
      assert.deepEqual(await (await fetch(pathOf(rubbish), { method: "DELETE" })).json(), { discarded: 1 });
      assert.deepEqual(await getJson(`${server.url}/api/dead-letters`), { items: [] });

      await using other = await startServer({ ...env, DATA_DIR: `${dir}/other` }, ["--roles", "web"]);
      assert.deepEqual(await getJson(`${other.url}/api/dead-letters`), { items: [] });
      await until(() => metric(other.url, "log_dead_letters"), (count) => count === 0);
    }),
);

async function reasonOf(url: string, like: RegExp): Promise<string> {
  const { items } = await getJson(`${url}/api/dead-letters`);
  return items.find(({ reason }: { reason: string }) => like.test(reason)).reason;
}
