/**
 * A real Kafka Connect worker with Snowflake's own connector takes our connectors and logs in to the strict server with them.
 */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { type Connector, connectors } from "../../connect/connectors.ts";
import { keepKey } from "../snowflake/keys.ts";
import { type LocalSnowflake, startSnowflake } from "../snowflake/local.ts";
import { snowflakeMissing } from "../snowflake/testing.ts";
import { type ConnectWorker, startWorker } from "./connect_worker.ts";
import { kafkaMissing } from "./java.ts";
import { kafkaTest } from "./testing.ts";

/** The JDBC driver takes what is before the first dot of the address for the account: here 127.0.0.1. */
const ACCOUNT = "127";
const NO_CONNECTION = ["snowflake.private.key", "snowflake.url.name", "snowflake.user.name"];

const { raw, processed } = connectors("v3", { topicPrefix: "", snowflake: null });

const withConfig = ({ name, config }: Connector, changed: Record<string, string>): Connector => ({
  name,
  config: { ...config, ...changed },
});

/** The names of the options that the worker refuses. */
async function refused(worker: ConnectWorker, connector: Connector): Promise<string[]> {
  return Object.keys(await worker.validate(connector)).sort();
}

/** What the worker logs meanwhile. */
async function logged(worker: ConnectWorker, fn: () => Promise<void>): Promise<string> {
  const before = (await worker.log()).length;
  await fn();
  return (await worker.log()).slice(before);
}

async function checks(snowflake: LocalSnowflake, worker: ConnectWorker, t: Deno.TestContext): Promise<void> {
  const { privateKeyPath, passphrase } = snowflake.settings;
  const keyAt = (file: string) => ({
    "snowflake.private.key": `\${directory:${dirname(privateKeyPath)}:${file}}`,
  });
  // The only option of the files that a test has to change: it may not write to /run/secrets.
  const own = withConfig(raw, keyAt("rsa_key.p8"));

  await t.step("both connectors pass without an error, after a login as the loading user", async () => {
    for (const connector of [own, withConfig(processed, keyAt("rsa_key.p8"))]) {
      const since = (await snowflake.statements()).at(-1)?.number;
      assert.deepEqual(await worker.validate(connector), {}, connector.name);
      const asked = await snowflake.statements(since);
      assert.deepEqual(asked.map(({ text, user, status }) => [text, user, status]), [
        ["use database identifier(?)", "ACTIVITY_SINK", "done"],
        ["use schema identifier(?)", "ACTIVITY_SINK", "done"],
      ], connector.name);
    }
  });

  await t.step("so do those for the settings in force", async () => {
    const inForce = connectors("v3", { topicPrefix: "tracker.", snowflake: snowflake.settings });
    for (const connector of [inForce.raw, inForce.processed]) {
      assert.deepEqual(await worker.validate(withConfig(connector, keyAt("rsa_key.p8"))), {}, connector.name);
    }
  });

  await t.step("another key than the user's is refused, and so is a file that is no key", async () => {
    await keepKey(`${dirname(privateKeyPath)}/other_key.p8`, passphrase);
    const log = await logged(
      worker,
      async () =>
        assert.deepEqual(await refused(worker, withConfig(raw, keyAt("other_key.p8"))), NO_CONNECTION),
    );
    assert.match(log, /JWT token is invalid/);
    const [{ code }] = (await snowflake.failedLogins()).slice(-1);
    assert.equal(code, "390144");
    await Deno.writeTextFile(`${dirname(privateKeyPath)}/no_key.p8`, "no key");
    assert.deepEqual(await refused(worker, withConfig(raw, keyAt("no_key.p8"))), [
      "snowflake.private.key",
      "snowflake.private.key.passphrase",
    ]);
  });

  await t.step("a wrong passphrase is refused by its name", async () => {
    const wrong = withConfig(own, { "snowflake.private.key.passphrase": "wrong" });
    assert((await refused(worker, wrong)).includes("snowflake.private.key.passphrase"));
  });

  await t.step("a value that an option does not have is refused by the option's name", async () => {
    for (
      const option of ["snowflake.ingestion.method", "behavior.on.null.values", "snowflake.topic2table.map"]
    ) {
      assert.deepEqual(await refused(worker, withConfig(own, { [option]: "no such" })), [option]);
    }
  });

  await t.step("an option that is missing is named", async () => {
    const { "snowflake.user.name": _, ...config } = own.config;
    assert.deepEqual(await refused(worker, { name: own.name, config }), ["snowflake.user.name"]);
  });

  await t.step("a database and a schema that are not there are refused by name", async () => {
    for (const option of ["snowflake.database.name", "snowflake.schema.name"]) {
      assert.deepEqual(await refused(worker, withConfig(own, { [option]: "NO_SUCH" })), [option]);
    }
  });

  await t.step("a role that the user does not have is no login, and the worker's log names it", async () => {
    const log = await logged(
      worker,
      async () =>
        assert.deepEqual(
          await refused(worker, withConfig(own, { "snowflake.role.name": "NO_SUCH" })),
          NO_CONNECTION,
        ),
    );
    assert.match(log, /Role 'NO_SUCH' specified in the connect string does not exist or not authorized/);
  });

  await t.step("neither the key nor its passphrase is in the worker's log", async () => {
    const log = await worker.log();
    const key = (await Deno.readTextFile(privateKeyPath)).split("\n");
    for (const secret of [passphrase!, key[1], key[2]]) {
      assert(secret.length > 10);
      assert(!log.includes(secret));
    }
  });
}

kafkaTest(
  "Kafka Connect and Snowflake's own connector take our connectors, and refuse by name what is wrong in them",
  async (brokers, t) => {
    await using snowflake = await startSnowflake({ account: ACCOUNT });
    const secretsPath = dirname(snowflake.settings.privateKeyPath);
    await using worker = await startWorker({ brokers, secretsPath, env: snowflake.env });
    await checks(snowflake, worker, t);
  },
  snowflakeMissing() ?? kafkaMissing(),
);
