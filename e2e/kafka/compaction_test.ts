/**
 * The changelog of session states on a broker that compacts it all the time.
 */
import assert from "node:assert/strict";
import { Connection } from "../../log/kafka/connection.ts";
import type { KafkaLog } from "../../log/kafka/log.ts";
import { TopicReader } from "../../log/kafka/reader.ts";
import { KafkaHarness } from "../../log/kafka/testing.ts";
import { sessionKey } from "../../log/records.ts";
import { SNAPSHOT_INTERVAL_MS } from "../../log/task_driver.ts";
import { batchOf, readAllActivity } from "../../log/testing/batches.ts";
import { CLOSING, CountingTask } from "../../log/testing/counting_task.ts";
import { until } from "../client.ts";
import { inTempDir } from "../engines.ts";
import { type KafkaCluster, startKafka } from "./broker.ts";
import { Tool } from "./java.ts";
import { freePorts } from "./ports.ts";
import { ownKafkaTest } from "./testing.ts";

/** Of which all but the last has nothing in it that counts. */
const SNAPSHOTS = 20;
const OPEN_PHONES = ["phone-1", "phone-2", "phone-3"];
/** Its session is closed, and forgotten before the last snapshot. */
const CLOSED_PHONE = "phone-4";

/** A transactional id that rests for so long is forgotten and gets another producer id, as after a week by default, ms. */
const ID_EXPIRATION_MS = 1000;
const PROPERTIES = {
  "log.cleaner.backoff.ms": "100",
  "transactional.id.expiration.ms": String(ID_EXPIRATION_MS),
  "transaction.remove.expired.transaction.cleanup.interval.ms": "100",
};
/** Every commit begins a segment, since the newest segment is not compacted; deleted keys leave at once. */
const TOPIC_CONFIG = "segment.ms=1,min.cleanable.dirty.ratio=0.001,delete.retention.ms=0";

/** Runs a counting task; a start that fails is tried again. @returns keys handed over to it as live */
async function runCounting(log: KafkaLog): Promise<string[]> {
  const tasks: CountingTask[] = [];
  await log.run((context) => {
    const task = new CountingTask(context);
    tasks.push(task);
    return task;
  });
  const [task] = await until(() => tasks, ({ length }) => length > 0);
  return task.restored.sort();
}

ownKafkaTest("a changelog is compacted, and restored past batches that compaction has emptied", async () => {
  await inTempDir(async (folder) => {
    await using cluster = await startKafka({
      kept: { folder, port: freePorts(1)[0] },
      properties: PROPERTIES,
    });
    await using harness = new KafkaHarness(() => Promise.resolve(cluster.brokers), {
      partitions: 1,
      seenMs: SNAPSHOTS / 2 * SNAPSHOT_INTERVAL_MS,
    });
    let log = await harness.open();
    const settings = harness.settingsOf(log);
    const topic = `${settings.topicPrefix}activity_state`;
    await cluster.tool(Tool.configs, [
      ...["--bootstrap-server", cluster.brokers[0], "--alter", "--add-config", TOPIC_CONFIG],
      ...["--entity-type", "topics", "--entity-name", topic],
    ]);

    let posted = 0;
    const post = async () => {
      posted++;
      await Promise.all(OPEN_PHONES.map((phone) => log.append(batchOf(phone, String(posted)))));
      await harness.snapshot(log);
    };
    assert.deepEqual(await runCounting(log), []);
    await log.append(batchOf(CLOSED_PHONE, `${CLOSING}1`));
    while (posted < SNAPSHOTS) await post();

    await using reader = disposable(new TopicReader(new Connection(settings), topic));
    const keys = async () => {
      const keys: string[] = [];
      for await (const records of reader.readAll(0, 0)) {
        keys.push(...records.map(({ key }) => new TextDecoder().decode(key!)));
      }
      return keys;
    };
    // The newest segment has each key once more.
    const open = OPEN_PHONES.map((phone) => sessionKey(phone, "run-1"));
    const keysKept = [...open, "position"];
    const isCompacted = (kept: string[]) =>
      kept.length <= 2 * keysKept.length && kept.every((key) => keysKept.includes(key));
    await until(keys, isCompacted);
    const [{ end }] = await reader.extents(1);
    assert.ok(end > SNAPSHOTS * OPEN_PHONES.length, `offsets go on to ${end}`);

    // Another producer goes on, whose states make the last batch of the first one empty.
    await log.close();
    await new Promise((resolve) => setTimeout(resolve, 2 * ID_EXPIRATION_MS));
    log = await harness.reopen(log);
    assert.deepEqual(await runCounting(log), open);
    await post();
    await post();
    await log.close();
    await until(keys, isCompacted);
    await cluster.stop(1);
    assert.ok(await emptyBatches(cluster, `${folder}/node-1/data/${topic}-0`) > 0);
    await cluster.start(1);

    log = await harness.reopen(log);
    assert.deepEqual(await runCounting(log), open);
    await log.append(batchOf(CLOSED_PHONE, "2"));
    await post();
    const windows = (await readAllActivity(log)).flat().map(({ record }) => record);
    const endsOf = (phone: string) =>
      windows.filter(({ deviceId }) => deviceId === phone).map(({ timestamp }) => timestamp / 1000);
    for (const phone of OPEN_PHONES) {
      assert.deepEqual(endsOf(phone), Array.from({ length: posted }, (_, i) => i + 1), phone);
    }
    assert.deepEqual(endsOf(CLOSED_PHONE), [1, 1], "a session that was forgotten begins anew");
  });
});

/** A batch without records stays while it is its producer's last: the broker needs its sequence numbers. */
async function emptyBatches(cluster: KafkaCluster, folder: string): Promise<number> {
  const segments = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".log"));
  const files = segments.map(({ name }) => `${folder}/${name}`).join(",");
  const text = await cluster.tool(Tool.dumpLog, ["--files", files]);
  return text.match(/^baseOffset: .* count: 0 /gm)?.length ?? 0;
}

const disposable = <T extends { close(): Promise<void> }>(resource: T): T & AsyncDisposable =>
  Object.assign(resource, { [Symbol.asyncDispose]: () => resource.close() });
