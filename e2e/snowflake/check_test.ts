import assert from "node:assert/strict";
import { reach } from "../../commands/snowflake_check.ts";
import type { Finding } from "../../sinks/snowflake/check/finding.ts";
import { checkSnowflake } from "../../sinks/snowflake/check/mod.ts";
import { ddl } from "../../sinks/snowflake/ddl/mod.ts";
import { connectSnowflake } from "../../sinks/snowflake/driver/connect.ts";
import { writeKey } from "../../sinks/snowflake/driver/testing/keys.ts";
import type { SnowflakeSettings } from "../../sinks/snowflake/settings.ts";
import { snowflakeTest } from "./testing.ts";

const WINDOWS = "ACTIVITY_DB.PROCESSED_DATA.USER_ACTIVITY_PROCESSED";
const OFFSETS = "ACTIVITY_DB.SINK.OFFSETS";

/** What an administrator does, and what the check has to say is wrong. */
const BREAKAGES: [sql: string[], named: string][] = [
  [[`DROP TABLE ${WINDOWS}`], WINDOWS],
  [["DROP SCHEMA ACTIVITY_DB.SINK"], OFFSETS],
  [["DROP DATABASE ACTIVITY_DB"], WINDOWS],
  [[`ALTER TABLE ${WINDOWS} DROP COLUMN CADENCE_HZ`], `${WINDOWS}.CADENCE_HZ`],
  [[`REVOKE INSERT ON TABLE ${WINDOWS} FROM ROLE ACTIVITY_LOADER`], WINDOWS],
  [[`REVOKE UPDATE ON TABLE ${OFFSETS} FROM ROLE ACTIVITY_LOADER`], `UPDATE on ${OFFSETS}`],
  [["REVOKE USAGE ON SCHEMA ACTIVITY_DB.SINK FROM ROLE ACTIVITY_LOADER"], "USAGE on ACTIVITY_DB.SINK"],
  [["REVOKE USAGE ON DATABASE ACTIVITY_DB FROM ROLE ACTIVITY_LOADER"], "USAGE on ACTIVITY_DB"],
  [["REVOKE USAGE ON WAREHOUSE ACTIVITY_WH FROM ROLE ACTIVITY_LOADER"], "warehouse"],
  [["DROP WAREHOUSE ACTIVITY_WH"], "warehouse"],
  [
    ["ALTER WAREHOUSE ACTIVITY_WH SET AUTO_RESUME = FALSE", "ALTER WAREHOUSE ACTIVITY_WH SUSPEND"],
    "warehouse",
  ],
  [["REVOKE ROLE ACTIVITY_LOADER FROM USER ACTIVITY_SINK"], "login"],
  [["DELETE FROM ACTIVITY_DB.SINK.SCHEMA_HISTORY"], "version of the tables"],
];

/** A schema hides its tables, a login everything: no more hides behind one another. */
const MAX_ROUNDS = 3;

const check = (settings: SnowflakeSettings) =>
  checkSnowflake(settings, { connect: () => connectSnowflake(settings), reach });

const wrong = (findings: Finding[]) => findings.filter(({ state }) => state === "wrong");

snowflakeTest("after the DDL everything is right, also when it is run again", async (snowflake) => {
  for (let times = 0; times < 2; times++) {
    await snowflake.run(ddl({ publicKey: snowflake.publicKey }));
    const findings = await check(snowflake.settings);
    assert.deepEqual(findings.filter(({ state }) => state !== "ok"), []);
  }
});

snowflakeTest("whatever is broken is named, and running what the check says mends it", async (snowflake) => {
  for (const [sql, named] of BREAKAGES) {
    await snowflake.run(sql);
    const broken = wrong(await check(snowflake.settings));
    assert(broken.some(({ what }) => what === named), `${sql}: ${JSON.stringify(broken)}`);
    // What is hidden behind something else shows once that is mended.
    let left = broken;
    for (let round = 0; left.length > 0 && round < MAX_ROUNDS; round++) {
      await snowflake.run([...new Set(left.flatMap(({ mend }) => mend))]);
      left = wrong(await check(snowflake.settings));
    }
    assert.deepEqual(left, [], sql.join("; "));
  }
});

snowflakeTest("a key that is not the user's is mended by the statement that sets it", async (snowflake) => {
  const privateKeyPath = await Deno.makeTempFile();
  try {
    writeKey(privateKeyPath, snowflake.settings.passphrase);
    const settings = { ...snowflake.settings, privateKeyPath };
    const [login] = wrong(await check(settings));
    assert.equal(login.what, "login");
    await snowflake.run(login.mend);
    assert.deepEqual(wrong(await check(settings)), []);
  } finally {
    await Deno.remove(privateKeyPath);
  }
});

snowflakeTest("another account and an administrator's role are named with the setting", async (snowflake) => {
  const [login] = wrong(await check({ ...snowflake.settings, account: "NOT-THERE" }));
  assert.match(login.detail, /SNOWFLAKE_ACCOUNT/);
  await snowflake.query("GRANT ROLE ACCOUNTADMIN TO USER ACTIVITY_SINK");
  const findings = await check({ ...snowflake.settings, role: "ACCOUNTADMIN" });
  assert(
    findings.some(({ state, detail }) =>
      state === "warning" && /SNOWFLAKE_ROLE=ACTIVITY_LOADER/.test(detail)
    ),
  );
});
