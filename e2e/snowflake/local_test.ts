import assert from "node:assert/strict";
import { type LocalSnowflake, startSnowflake } from "./local.ts";
import { snowflakeTest } from "./testing.ts";
import { connectSnowflake } from "../../sinks/snowflake/driver/connect.ts";
import { type Connection, SnowflakeError, Unanswered } from "../../sinks/snowflake/driver/connection.ts";
import {
  ADD_POSITIONS,
  BEGIN,
  COMMIT,
  LOCK_POSITIONS,
  MOVE_POSITIONS,
  READ_POSITIONS,
  READ_VERSION,
} from "../../sinks/snowflake/statements.ts";
import { fullName, SCHEMA_VERSION, USER_ACTIVITY_PROCESSED } from "../../sinks/snowflake/tables.ts";

/** Slow machines included, ms. */
const DEADLINE_MS = 10_000;
const TOPIC = "raw_sensor_data";

/** What a batch of two records does to the offsets table, up to its COMMIT. @returns rows moved */
async function move(connection: Connection): Promise<number> {
  await connection.execute(BEGIN, [], DEADLINE_MS);
  await connection.execute(LOCK_POSITIONS, ["log"], DEADLINE_MS);
  const moved = await connection.execute(
    MOVE_POSITIONS,
    [JSON.stringify([[TOPIC, 0, 0, 2, "a:2"]]), "log"],
    DEADLINE_MS,
  );
  return moved.rowsAffected;
}

snowflakeTest("the sink's driver logs in with its encrypted key and finds our tables", async (snowflake) => {
  const connection = await connectSnowflake(snowflake.settings);
  const { rows } = await connection.execute(READ_VERSION, [], DEADLINE_MS);
  assert.deepEqual(rows, [{ VERSION: SCHEMA_VERSION }]);
  await connection.close();
  assert.equal((await snowflake.counters()).logins, 1);
});

snowflakeTest(
  "a user whose public key was exchanged is not let in with the old private key",
  async (snowflake) => {
    const other = snowflake.reader.publicKey;
    await snowflake.query(`ALTER USER ${snowflake.settings.user} SET RSA_PUBLIC_KEY = '${other}'`);
    await assert.rejects(
      connectSnowflake(snowflake.settings),
      (error) => error instanceof SnowflakeError && error.code === 390144,
    );
    const [{ reason }] = await snowflake.failedLogins();
    assert.equal(reason, "JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH");
  },
);

snowflakeTest("a fault strikes what the sink sends, and the journal has it", async (snowflake) => {
  const connection = await connectSnowflake(snowflake.settings);
  await snowflake.fault({ kind: "accessRevoked", match: "SCHEMA_HISTORY" });
  await assert.rejects(
    connection.execute(READ_VERSION, [], DEADLINE_MS),
    (error) => error instanceof SnowflakeError && error.code === 3001,
  );
  await connection.close();
  assert.deepEqual((await snowflake.statements()).map(({ text, status }) => [text, status]), [
    [READ_VERSION, "003001"],
  ]);
  assert.deepEqual(await snowflake.struckFaults(), { accessRevoked: 1 });
});

snowflakeTest("two accounts share nothing", async (first) => {
  await using second: LocalSnowflake = await startSnowflake({ account: "OTHER", empty: true });
  assert.equal(second.account, "OTHER");
  await assert.rejects(second.query(READ_VERSION), /does not exist/);
  assert.deepEqual(await first.query(READ_VERSION), [{ VERSION: SCHEMA_VERSION }]);
});

snowflakeTest("an account in a file has its users and rows after it was killed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using snowflake = await startSnowflake({ dataPath: `${folder}/snowflake.duckdb` });
    const table = fullName(USER_ACTIVITY_PROCESSED);
    await snowflake.query(`INSERT INTO ${table} (MESSAGE_ID) SELECT ?`, ["a:1"]);
    const { url } = snowflake;
    await snowflake.kill();
    await snowflake.restart();
    assert.equal(snowflake.url, url);
    assert.deepEqual(await snowflake.query(`SELECT MESSAGE_ID FROM ${table}`), [{ MESSAGE_ID: "a:1" }]);
    await (await connectSnowflake(snowflake.settings)).close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

snowflakeTest(
  "a zombie's commit keeps its lock until it is done, and fences whoever waited for it",
  async (snowflake) => {
    const zombie = await connectSnowflake(snowflake.settings);
    await zombie.execute(ADD_POSITIONS, ["log", JSON.stringify([[TOPIC, 0]])], DEADLINE_MS);
    assert.equal(await move(zombie), 1);
    await snowflake.fault({ kind: "zombieCommit", delayMs: 500 });
    await assert.rejects(zombie.execute(COMMIT, [], DEADLINE_MS), Unanswered);
    await zombie.close();
    const next = await connectSnowflake(snowflake.settings);
    assert.equal(await move(next), 0);
    await next.execute(COMMIT, [], DEADLINE_MS);
    const { rows } = await next.execute(READ_POSITIONS, ["log"], DEADLINE_MS);
    assert.deepEqual(rows.map(({ NEXT_OFFSET }) => NEXT_OFFSET), [2]);
    await next.close();
  },
);

snowflakeTest("the server ends when whoever started it is killed", async () => {
  const program = `
    import { startSnowflake } from ${JSON.stringify(new URL("local.ts", import.meta.url).href)};
    const { url } = await startSnowflake({ empty: true });
    console.log(url);
    setTimeout(() => {}, 1 << 30);`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", program], stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const url = ((await reader.read()).value ?? "").trim();
  const isThere = () =>
    fetch(url).then((response) => response.body?.cancel(), () => false).then((is) => is !== false);
  assert.equal(await isThere(), true);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (await isThere()) {
    assert.ok(performance.now() < deadlineMs, `${url} still answers`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

snowflakeTest("a server that cannot start says so", async (first) => {
  const port = Number(new URL(first.url).port);
  await assert.rejects(startSnowflake({ port, empty: true }), /did not start/);
});
