/**
 * Kills, freezes and moves everything that classifies on Kafka, while phones post, and compares every window in the topic with
 * those of an undisturbed run: each there once, none wrong.
 */
import assert from "node:assert/strict";
import type { KafkaLogSettings } from "../../log/kafka/settings.ts";
import { openTestLog, testSettings } from "../../log/kafka/testing.ts";
import type { ActivityRecord } from "../../log/records.ts";
import { readAllActivity } from "../../log/testing/batches.ts";
import { allEnded, until, windowsOf } from "../client.ts";
import { inTempDir } from "../engines.ts";
import { type KafkaCluster, startKafka } from "./broker.ts";
import { Tool } from "./java.ts";
import { ownKafkaTest } from "./testing.ts";
import { envOf } from "./tracker.ts";
import { LiveGaps } from "../live_gaps.ts";
import { delay, type PhonesOptions, postAll, random } from "../phones.ts";
import { spawnServer, type StartingServer, startServer } from "../server.ts";

const PARTITIONS = 4;
const PHONES = 20;
/** Between a phone's messages, ms: five times real time. */
const PACE_MS = 200;
/** Longer than anything here keeps readings away: a session that is closed and opened again has other windows. */
const SESSION_IDLE_MS = 15_000;
/** Short, so that a dead process's partitions are soon another's; figures that count are taken with the usual 6 s. */
const SHORT_SESSION_MS = 1500;
/** What a test may take beside what it does on purpose, ms. */
const PATIENCE_MS = 90_000;
/** The bounds for how long a session's results may stay away, ms. */
const MAX_TAKEOVER_MS = 10_000;
const MAX_RESTART_MS = 3000;

interface Chaos {
  cluster: KafkaCluster;
  /** Starts a process that classifies; it is killed in the end. */
  startStream(): StartingServer;
  gaps: LiveGaps;
  next: () => number;
  phones: ReturnType<typeof postAll>;
}

interface ChaosOptions {
  nodes?: 1 | 3;
  sessionTimeoutMs?: number;
  /** Messages of a phone: as many as last for what is done meanwhile. */
  messages: number;
}

/** Readings of the last hour, so that all phones of a file have the same. */
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

/** Registers a test in which a web process takes readings while `disturb` does its worst to what classifies them. */
function chaosTest(name: string, options: ChaosOptions, disturb: (chaos: Chaos) => Promise<void>): void {
  ownKafkaTest(name, async () => {
    const { nodes = 1, sessionTimeoutMs = SHORT_SESSION_MS } = options;
    const { messages } = options;
    const phonesOptions = { phones: PHONES, messages, paceMs: PACE_MS, startMs: START_MS };
    const reference = references.get(messages) ?? undisturbed(phonesOptions);
    references.set(messages, reference);
    // It runs beside the disturbance, and is awaited after it.
    reference.catch(() => {});
    const dir = await Deno.makeTempDir();
    const processes: StartingServer[] = [];
    await using cluster = await startKafka({ nodes });
    const settings = testSettings(cluster.brokers, { sessionTimeoutMs, partitions: PARTITIONS });
    const env = {
      ...envOf(settings),
      SESSION_IDLE_MS: String(SESSION_IDLE_MS),
      DATA_DIR: `${dir}/web`,
    };
    try {
      const web = await startServer(env, ["--roles", "web"]);
      processes.push(web);
      const gaps = await LiveGaps.follow(web.url);
      const phones = postAll(phonesOptions, () => Promise.resolve(web.url));
      const startStream = () => {
        const process = spawnServer(env, ["--roles", "stream"]);
        processes.push(process);
        return process;
      };
      await disturb({ cluster, startStream, gaps, next: random(42), phones });
      assert.ok(
        phones.acked() < phones.total,
        "the phones were done before the disturbance: post more messages",
      );
      await phones.done;
      await assertWindows(settings, await reference);
      await gaps.stop();
    } finally {
      await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
      await Deno.remove(dir, { recursive: true });
    }
  });
}

/** Results of `undisturbed` by how many messages a phone sends. */
const references = new Map<number, Promise<Map<string, ActivityRecord[]>>>();

/** What the phones' windows are when nothing happens: on the embedded log, since they must be the same. */
function undisturbed(options: PhonesOptions): Promise<Map<string, ActivityRecord[]>> {
  return inTempDir(async (dir) => {
    await using server = await startServer({ DATA_DIR: `${dir}/data`, SESSION_IDLE_MS: "2000" });
    await postAll({ ...options, paceMs: 60 }, () => Promise.resolve(server.url)).done;
    const sessions = Array.from({ length: options.phones }, (_, phone) => `run-${phone}`);
    await allEnded(server.url, sessions);
    const windows = new Map<string, ActivityRecord[]>();
    for (const [phone, session] of sessions.entries()) {
      const found = await windowsOf(server.url, session);
      assert.ok(found.length >= options.messages, `phone ${phone} has ${found.length} windows undisturbed`);
      windows.set(`phone-${phone}`, found);
    }
    return windows;
  });
}

/** Waits until as many windows as expected are in the topic, and compares them all. */
async function assertWindows(
  settings: KafkaLogSettings,
  expected: Map<string, ActivityRecord[]>,
): Promise<void> {
  const log = await openTestLog(settings);
  try {
    const total = [...expected.values()].reduce((sum, { length }) => sum + length, 0);
    const read = async () => (await readAllActivity(log)).flat().map(({ record }) => record);
    const deadlineMs = performance.now() + PATIENCE_MS;
    while ((await read()).length < total && performance.now() < deadlineMs) await delay(500);
    // A repeated window would come a little later.
    await delay(1000);
    const found = await read();
    const byDevice = Map.groupBy(found, ({ deviceId }) => deviceId);
    for (const [deviceId, windows] of expected) {
      const got = byDevice.get(deviceId) ?? [];
      const times = got.map(({ timestamp }) => timestamp);
      assert.equal(new Set(times).size, times.length, `${deviceId} has a window twice`);
      assert.deepEqual(got, windows, deviceId);
    }
    assert.equal(found.length, total);
    console.log(`${total} windows, each once`);
  } finally {
    await log.close();
  }
}

/** CI has less time than the 30 of the full run: CHAOS_KILLS=30. */
const KILLS = Number(Deno.env.get("CHAOS_KILLS") ?? 12);
/** A process is killed so long after its start at the latest, ms: some while they join, restore or commit. */
const MAX_LIFE_MS = 4500;
/** The phones go on posting until the last one is killed: a process lives half of that on average, and takes a while to end. */
const KILL_MESSAGES = Math.max(200, 14 * KILLS);

chaosTest(
  `${KILLS} SIGKILLs of the stream process at any moment of its life change no window`,
  { messages: KILL_MESSAGES },
  async ({ startStream, next }) => {
    let atWork = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const process = startStream();
      let isReady = false;
      process.ready.then(() => isReady = true, () => {});
      await delay(next() * MAX_LIFE_MS);
      if (isReady) atWork++;
      await process.kill();
    }
    console.log(
      `${atWork} of ${KILLS} processes were at work when they were killed, the others were starting`,
    );
    assert.ok(atWork >= KILLS / 4);
    startStream();
  },
);

/** How long the slowest session's results stayed away while something was done, ms. */
async function gapDuring(gaps: LiveGaps, what: string, work: () => Promise<void>): Promise<number> {
  gaps.reset();
  await work();
  await delay(SETTLE_MS);
  console.log(`${what}: a session's results stayed away for at most ${Math.round(gaps.longestMs)} ms`);
  return gaps.longestMs;
}

/** Results come evenly again by then, ms. */
const SETTLE_MS = 4000;

chaosTest(
  "from one stream process to three and back to one, and a restart, no window is lost or repeated, and results stay away briefly",
  { messages: 340, sessionTimeoutMs: 6000 },
  async ({ startStream, gaps }) => {
    const first = startStream();
    await first.ready;
    await delay(SETTLE_MS);
    const second = startStream(), third = startStream();
    const join = await gapDuring(gaps, "two more join", async () => {
      await Promise.all([second.ready, third.ready]);
    });
    const leave = await gapDuring(gaps, "one leaves in order", async () => {
      assert.equal(await second.stop(), 0);
    });
    const takeOver = await gapDuring(gaps, "one is killed", async () => {
      await third.kill();
      await delay(MAX_TAKEOVER_MS);
    });
    for (const gap of [join, leave, takeOver]) assert.ok(gap < MAX_TAKEOVER_MS, `${gap} ms`);
    const restart = await gapDuring(gaps, "the only one is restarted in order", async () => {
      assert.equal(await first.stop(), 0);
      await startStream().ready;
    });
    assert.ok(restart < MAX_RESTART_MS, `${restart} ms`);
  },
);

const FREEZES = 5;

chaosTest(
  `a process that is frozen past its session's end and goes on (${FREEZES} times) writes nothing any more that counts`,
  { messages: 200 },
  async ({ startStream, next }) => {
    const processes = [startStream(), startStream()];
    await Promise.all(processes.map(({ ready }) => ready));
    await delay(SETTLE_MS / 2);
    for (let freeze = 0; freeze < FREEZES; freeze++) {
      const process = processes[freeze % 2];
      process.pause();
      await delay(SHORT_SESSION_MS * (1.5 + next()));
      process.resume();
      await delay(SHORT_SESSION_MS * 2 * next());
    }
  },
);

const BROKER_KILLS = 5;

chaosTest(
  `${BROKER_KILLS} kills and restarts of the broker under phones: nothing acknowledged is lost, no window changes`,
  { messages: 200 },
  async ({ cluster, startStream, next }) => {
    await Promise.all([startStream().ready, startStream().ready]);
    for (let kill = 0; kill < BROKER_KILLS; kill++) {
      await delay(1000 + next() * 3000);
      await cluster.kill(1);
      await delay(next() * 1000);
      await cluster.start(1);
    }
  },
);

chaosTest(
  "a cluster of three that loses a node, and gets it back, loses nothing",
  { nodes: 3, messages: 300 },
  async ({ cluster, startStream, gaps }) => {
    await Promise.all([startStream().ready, startStream().ready]);
    await delay(SETTLE_MS);
    for (const node of [2, 1]) {
      await gapDuring(gaps, `node ${node} of three is killed`, async () => {
        await cluster.kill(node);
        await delay(SETTLE_MS);
      });
      await cluster.start(node);
      // Until it has all records again, another one must not be lost: topics ask for two in sync.
      await until(() => behind(cluster), (partitions) => partitions === "", PATIENCE_MS);
    }
  },
);

/** Partitions of which a node does not have all records; "" when all have. */
async function behind(cluster: KafkaCluster): Promise<string> {
  const brokers = cluster.brokers.join(",");
  const args = ["--bootstrap-server", brokers, "--describe", "--under-replicated-partitions"];
  return (await cluster.tool(Tool.topics, args)).trim();
}
