import assert from "node:assert/strict";
import { Account, PUBLIC_KEY, refused, rows, run } from "./testing.ts";

/** A role that may use the warehouse, a user that has it, and a table that it knows nothing of. */
async function withReader() {
  const account = await Account.empty();
  const { admin } = account;
  await run(admin, "CREATE TABLE A (N NUMBER)");
  await run(admin, "INSERT INTO A VALUES (1)");
  const security = account.engine.open({ user: "ADMIN", role: "SECURITYADMIN" });
  for (
    const sql of [
      "CREATE ROLE R",
      "CREATE USER U DEFAULT_ROLE = r DEFAULT_WAREHOUSE = W",
      "GRANT ROLE R TO USER U",
    ]
  ) {
    await run(security, sql);
  }
  await run(admin, "GRANT USAGE ON WAREHOUSE W TO ROLE R");
  return { account, admin, security, reader: account.engine.open({ user: "U" }) };
}

const READ = "SELECT N FROM T.PUBLIC.A";

Deno.test("objects are hidden until each right on the way to them is there, and gone when one is taken", async () => {
  const { account, admin, reader } = await withReader();
  await using _ = account;
  await refused(reader, READ, "002003", "02000", /Database 'T'/);
  await run(admin, "GRANT USAGE ON DATABASE T TO ROLE R");
  await refused(reader, READ, "002003", "02000", /Schema 'T\.PUBLIC'/);
  await run(admin, "GRANT USAGE ON SCHEMA T.PUBLIC TO ROLE R");
  await refused(reader, READ, "002003", "42S02", /Object 'T\.PUBLIC\.A'/);
  await run(admin, "GRANT INSERT ON TABLE T.PUBLIC.A TO ROLE R");
  await refused(reader, READ, "003001", "42501", /Insufficient privileges to operate on table 'A'/);
  await run(admin, "GRANT SELECT ON TABLE T.PUBLIC.A TO ROLE R");
  assert.deepEqual(await rows(reader, READ), [["1"]]);
  await refused(reader, "DELETE FROM T.PUBLIC.A", "003001", "42501");
  await refused(reader, "DROP TABLE T.PUBLIC.A", "003001", "42501");
  await refused(reader, "GRANT SELECT ON TABLE T.PUBLIC.A TO ROLE PUBLIC", "003001", "42501");
  await run(admin, "REVOKE USAGE ON SCHEMA T.PUBLIC FROM ROLE R");
  await refused(reader, READ, "002003", "02000");
});

Deno.test("without a warehouse that may be used nothing is read", async () => {
  const { account, admin, reader } = await withReader();
  await using _ = account;
  const grants = ["USAGE ON DATABASE T", "USAGE ON SCHEMA T.PUBLIC", "SELECT ON TABLE T.PUBLIC.A"];
  for (const grant of grants) await run(admin, `GRANT ${grant} TO ROLE R`);
  await run(admin, "ALTER WAREHOUSE W SET AUTO_RESUME = FALSE");
  await run(admin, "ALTER WAREHOUSE W SUSPEND");
  await refused(reader, READ, "000606", "57P03");
  await run(admin, "ALTER WAREHOUSE W SET AUTO_RESUME = TRUE");
  assert.deepEqual(await rows(reader, READ), [["1"]]);
  assert.equal((await rows(reader, "SHOW WAREHOUSES"))[0][1], "STARTED");
  await run(admin, "REVOKE USAGE ON WAREHOUSE W FROM ROLE R");
  await refused(reader, READ, "000606", "57P03");
  assert.deepEqual(await rows(reader, "SELECT 1"), [["1"]]);
  await refused(reader, "USE WAREHOUSE W", "002043", "02000");
});

Deno.test("a role has the rights of the roles that it was granted", async () => {
  const { account, admin, security, reader } = await withReader();
  await using _ = account;
  await run(security, "CREATE ROLE ABOVE");
  await run(security, "GRANT ROLE R TO ROLE ABOVE");
  await run(security, "GRANT ROLE ABOVE TO USER ADMIN");
  await refused(security, "GRANT ROLE ABOVE TO ROLE R", "003034", "42501");
  await run(admin, "GRANT USAGE ON DATABASE T TO ROLE R");
  await run(admin, "USE ROLE ABOVE");
  await run(admin, "USE DATABASE T");
  await refused(reader, "USE ROLE ABOVE", "003013", "42501");
  await refused(reader, "USE ROLE ACCOUNTADMIN", "003013", "42501");
});

Deno.test("what is granted on future tables is had on tables that are made afterwards", async () => {
  const { account, admin, reader } = await withReader();
  await using _ = account;
  await run(admin, "GRANT USAGE ON DATABASE T TO ROLE R");
  await run(admin, "GRANT USAGE ON SCHEMA T.PUBLIC TO ROLE R");
  await run(admin, "GRANT SELECT ON FUTURE TABLES IN SCHEMA T.PUBLIC TO ROLE R");
  await run(admin, "CREATE TABLE B (N NUMBER)");
  assert.deepEqual(await rows(reader, "SELECT * FROM T.PUBLIC.B"), []);
  await refused(reader, READ, "002003", "42S02");
  await run(admin, "GRANT SELECT ON ALL TABLES IN SCHEMA T.PUBLIC TO ROLE R");
  assert.deepEqual(await rows(reader, READ), [["1"]]);
});

Deno.test("ownership moves with the rights of others only when it is said what becomes of them", async () => {
  const { account, admin, security } = await withReader();
  await using _ = account;
  await run(admin, "GRANT SELECT ON TABLE A TO ROLE R");
  await refused(admin, "GRANT OWNERSHIP ON TABLE A TO ROLE R", "003036", "42501");
  await run(admin, "GRANT OWNERSHIP ON TABLE A TO ROLE R COPY CURRENT GRANTS");
  await refused(admin, "DROP TABLE A", "002003", "42S02");
  await run(security, "GRANT ROLE R TO ROLE SYSADMIN");
  await run(admin, "DROP TABLE A");
});

Deno.test("keys and passwords are set by who owns the user, and a service user has no password", async () => {
  const { account, admin, security, reader } = await withReader();
  await using _ = account;
  await run(security, `ALTER USER U SET RSA_PUBLIC_KEY = '${PUBLIC_KEY}'`);
  assert.equal(account.engine.user("U")?.rsaPublicKey, PUBLIC_KEY);
  await refused(security, "ALTER USER U SET RSA_PUBLIC_KEY = 'x'", "390308", "08001");
  await refused(admin, "ALTER USER U SET PASSWORD = 'secret'", "003001", "42501");
  await refused(reader, "ALTER USER U SET TYPE = SERVICE", "003001", "42501");
  await run(security, "ALTER USER U SET TYPE = SERVICE");
  await refused(security, "ALTER USER U SET PASSWORD = 'secret'", "003632", "22023");
  await refused(security, "ALTER USER U SET COLOUR = 'red'", "001420", "22023");
  await run(security, "ALTER USER U UNSET RSA_PUBLIC_KEY");
  assert.equal(account.engine.user("U")?.rsaPublicKey, null);
  await refused(security, "ALTER USER NOBODY SET COMMENT = 'x'", "002003", "02000");
  await refused(admin, "CREATE USER V", "003001", "42501");
  await refused(security, "CREATE WAREHOUSE V", "003001", "42501");
});

Deno.test("dropping a role or a user ends what it was granted", async () => {
  const { account, security } = await withReader();
  await using _ = account;
  await run(security, "DROP ROLE R");
  assert(!account.engine.hasRole("U", "R"));
  await run(security, "DROP USER U");
  assert.equal(account.engine.user("U"), null);
  await run(security, "DROP USER IF EXISTS U");
  await refused(security, "DROP USER U", "002003", "02000");
});
