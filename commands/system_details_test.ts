import assert from "node:assert/strict";
import { loadSettings } from "../config.ts";
import { loadDetails } from "./system_details.ts";

const LOG = {
  raw: [{ begin: 3, end: 9 }, { begin: 0, end: 4 }],
  activity: [{ begin: 0, end: 7 }, { begin: 0, end: 2 }],
  lagRecords: [2, 0],
};

Deno.test("details tell the databases' sizes, what is free, the topics and the lag", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${dataDir}/log.db`, new Uint8Array(700));
    await Deno.writeFile(`${dataDir}/log.db-wal`, new Uint8Array(50));
    const sources = {
      settings: loadSettings({ DATA_DIR: dataDir }),
      roles: new Set(["web", "stream"]),
      configText: "PORT=8000  # default",
    };
    const { storage, topics, roles, versions, settings } = await loadDetails(sources, 4, LOG);
    assert.deepEqual(storage.files, [{ name: "log.db", bytes: 750 }, { name: "view.db", bytes: 0 }]);
    assert.ok(storage.freeBytes! > 0);
    assert.deepEqual([roles, versions.thresholds, versions.deno], [["web", "stream"], 4, Deno.version.deno]);
    assert.deepEqual(topics, [
      {
        name: "raw_sensor_data",
        partitions: [{ begin: 3, end: 9, lagRecords: 2 }, { begin: 0, end: 4, lagRecords: 0 }],
      },
      {
        name: "processed_activity",
        partitions: [{ begin: 0, end: 7, lagRecords: null }, { begin: 0, end: 2, lagRecords: null }],
      },
    ]);
    assert.equal(settings, "PORT=8000  # default");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("on Kafka the log is no file of ours, and topics have the cluster's names", async () => {
  const settings = loadSettings({
    DATA_DIR: "/nowhere/at/all",
    KAFKA_BROKERS: "kafka:9092",
    KAFKA_TOPIC_PREFIX: "team.",
  });
  const { storage, topics } = await loadDetails(
    { settings, roles: new Set(["web"]), configText: "" },
    1,
    LOG,
  );
  assert.deepEqual(storage.files, [{ name: "view.db", bytes: 0 }]);
  assert.equal(storage.freeBytes, null);
  assert.deepEqual(topics.map(({ name }) => name), ["team.raw_sensor_data", "team.processed_activity"]);
});
