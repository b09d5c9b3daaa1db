import assert from "node:assert/strict";
import { ACTIVITY_RECORDS, DATABASE, USER_ACTIVITY_PROCESSED } from "../sinks/snowflake/tables.ts";
import {
  type Connector,
  connectorFiles,
  connectors,
  type ConnectorSettings,
  VERSIONS,
} from "./connectors.ts";

const DEFAULTS: ConnectorSettings = { topicPrefix: "", snowflake: null };
const IN_FORCE: ConnectorSettings = {
  topicPrefix: "tracker.",
  snowflake: {
    account: "MYORG-MYACCOUNT",
    url: null,
    user: "LOADER_2",
    role: "ROLE_2",
    passphrase: "secret",
  },
};

const read = (path: string) => Deno.readTextFileSync(new URL(path, import.meta.url));

/** Every connector for these settings. */
const all = (settings: ConnectorSettings): Connector[] =>
  VERSIONS.flatMap((version) => Object.values(connectors(version, settings)));

const processed = VERSIONS.map((version) => connectors(version, DEFAULTS).processed.config);

Deno.test("the files are what deno task connect writes without settings", () => {
  for (const [path, text] of connectorFiles(DEFAULTS)) {
    assert.equal(read(path), text, `${path}: deno task connect writes it anew`);
  }
});

Deno.test("each topic goes to its table", () => {
  for (const version of VERSIONS) {
    const { raw, processed } = connectors(version, IN_FORCE);
    for (
      const [{ config }, topic, table] of [
        [raw, "tracker.raw_sensor_data", ACTIVITY_RECORDS],
        [processed, "tracker.processed_activity", USER_ACTIVITY_PROCESSED],
      ] as const
    ) {
      assert.equal(config.topics, topic);
      assert.equal(config["snowflake.topic2table.map"], `${topic}:${table.name}`);
      assert.equal(config["snowflake.database.name"], DATABASE);
      assert.equal(config["snowflake.schema.name"], table.schema);
      assert.equal(config["errors.deadletterqueue.topic.name"], `${topic}.snowflake.dlq`);
    }
  }
});

Deno.test("two trackers on one worker have connectors of other names, which the connector keeps", () => {
  const names = [DEFAULTS, IN_FORCE].flatMap((settings) =>
    Object.values(connectors("v3", settings)).map(({ name }) => name)
  );
  assert.equal(new Set(names).size, 4);
  for (const name of names) assert.match(name, /^[a-zA-Z][a-zA-Z0-9_-]*$/);
});

Deno.test("raw records are loaded as they are, into the two columns the connector writes them to", () => {
  const names = ACTIVITY_RECORDS.columns.map(({ name }) => name);
  assert.deepEqual(["RECORD_CONTENT", "RECORD_METADATA"].filter((name) => !names.includes(name)), []);
  for (const version of VERSIONS) {
    assert.equal(connectors(version, DEFAULTS).raw.config["snowflake.enable.schematization"], "false");
  }
});

Deno.test("a processed record's fields are renamed to columns of the table; all others may be NULL", () => {
  for (const config of processed) {
    const columns = config["transforms.columns.renames"].split(",").map((rename) => rename.split(":")[1]);
    columns.push("RECORD_METADATA");
    for (const { name, required, default: standard } of USER_ACTIVITY_PROCESSED.columns) {
      assert(columns.includes(name) || !required || standard !== undefined, name);
    }
    const known = USER_ACTIVITY_PROCESSED.columns.map(({ name }) => name);
    assert.deepEqual(columns.filter((name) => !known.includes(name)), []);
  }
});

Deno.test("times are converted after the renaming, each by a transform of its own", () => {
  for (const config of processed) {
    assert.deepEqual(config.transforms.split(","), ["columns", "timestamp", "windowStart"]);
    assert.equal(config["transforms.timestamp.field"], "TIMESTAMP");
    assert.equal(config["transforms.windowStart.field"], "WINDOW_START");
  }
});

Deno.test("with an account its address, user and role are in the files; another address goes before", () => {
  for (const { config } of all(IN_FORCE)) {
    assert.equal(config["snowflake.url.name"], "https://MYORG-MYACCOUNT.snowflakecomputing.com");
    assert.equal(config["snowflake.user.name"], "LOADER_2");
    assert.equal(config["snowflake.role.name"], "ROLE_2");
  }
  const url = "http://127.0.0.1:9999";
  const elsewhere = all({ topicPrefix: "", snowflake: { ...IN_FORCE.snowflake!, url } });
  for (const { config } of elsewhere) assert.equal(config["snowflake.url.name"], url);
});

Deno.test("key and passphrase are placeholders, whatever the settings; a plain key has no passphrase", () => {
  for (const { config } of [...all(DEFAULTS), ...all(IN_FORCE)]) {
    assert.equal(config["snowflake.private.key"], "${directory:/run/secrets:snowflake_key}");
    assert.equal(config["snowflake.private.key.passphrase"], "${env:SNOWFLAKE_PRIVATE_KEY_PASSPHRASE}");
  }
  for (
    const { config } of all({ topicPrefix: "", snowflake: { ...IN_FORCE.snowflake!, passphrase: null } })
  ) {
    assert(!("snowflake.private.key.passphrase" in config));
  }
});

/** With digits in a provider's name the connector does not see a placeholder, and takes it for the value. */
Deno.test("each placeholder's provider has a name of letters, and the worker has it", () => {
  const providers = /^config\.providers=(.*)$/m.exec(read("worker.properties"))![1].split(",");
  for (const { config } of all(DEFAULTS)) {
    const named = [...JSON.stringify(config).matchAll(/\$\{([^:}]*)/g)].map(([, name]) => name);
    assert(named.length > 0);
    for (const name of named) {
      assert.match(name, /^[a-zA-Z]+$/);
      assert(providers.includes(name), name);
    }
  }
});

Deno.test("the README has a row for every option we set, by its version, with its value and source", () => {
  const rows = read("README.md").split("\n").filter((line) => line.startsWith("| `")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  for (const [column, version] of VERSIONS.entries()) {
    const set = new Set(
      Object.values(connectors(version, DEFAULTS)).flatMap(({ config }) => Object.keys(config)),
    );
    const listed = rows.filter((cells) => cells.length === 5 && cells[1 + column] !== "–").map(([option]) =>
      option.slice(1, -1)
    );
    assert.deepEqual(
      listed.sort(),
      [...set].filter((name) => !name.startsWith("transforms.")).sort(),
      version,
    );
  }
});
