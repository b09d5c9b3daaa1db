import assert from "node:assert/strict";
import { Account, refused, rows, run, value } from "./testing.ts";

async function withTable(): Promise<Account> {
  const account = await Account.empty();
  await run(account.admin, "CREATE TABLE A (K VARCHAR, N NUMBER(9,0))");
  await run(account.admin, "INSERT INTO A VALUES ('x', 1), ('y', 2)");
  return account;
}

const ALL = "SELECT K, N FROM A ORDER BY K, N";

/** Lets what has started get as far as it can without others. */
async function settle(session: ReturnType<Account["session"]>): Promise<void> {
  await run(session, "SELECT 1");
  await run(session, "SELECT 1");
}

Deno.test("a statement sees what was committed when it began, in a transaction as well", async () => {
  await using account = await withTable();
  const [a, b] = [account.session(), account.session()];
  await run(a, "BEGIN");
  assert.equal(await value(a, "SELECT COUNT(*) FROM A"), "2");
  await run(b, "BEGIN");
  await run(b, "INSERT INTO A VALUES ('z', 3)");
  assert.equal(await value(b, "SELECT COUNT(*) FROM A"), "3");
  assert.equal(await value(a, "SELECT COUNT(*) FROM A"), "2");
  await run(b, "COMMIT");
  assert.equal(await value(a, "SELECT COUNT(*) FROM A"), "3");
});

Deno.test("a rollback undoes inserts, updates and deletes, also of rows that it changed twice", async () => {
  await using account = await withTable();
  const { admin } = account;
  await run(admin, "BEGIN");
  await run(admin, "INSERT INTO A VALUES ('z', 3)");
  await run(admin, "UPDATE A SET N = N + 1");
  await run(admin, "UPDATE A SET N = N + 1");
  await run(admin, "DELETE FROM A WHERE K = 'y'");
  assert.deepEqual(await rows(admin, ALL), [["x", "3"], ["z", "5"]]);
  assert(admin.inTransaction);
  await run(admin, "ROLLBACK");
  assert(!admin.inTransaction);
  assert.deepEqual(await rows(admin, ALL), [["x", "1"], ["y", "2"]]);
});

Deno.test("a statement that fails leaves the transaction open and what came before it", async () => {
  await using account = await withTable();
  const { admin } = account;
  await run(admin, "BEGIN");
  await run(admin, "UPDATE A SET N = 10 WHERE K = 'x'");
  await refused(admin, "UPDATE A SET N = 1/0", "100051", "22012");
  await run(admin, "COMMIT");
  assert.deepEqual(await rows(admin, ALL), [["x", "10"], ["y", "2"]]);
});

Deno.test("DDL commits what is open", async () => {
  await using account = await withTable();
  await run(account.admin, "BEGIN");
  await run(account.admin, "DELETE FROM A");
  await run(account.admin, "CREATE TABLE B (N NUMBER)");
  await run(account.admin, "ROLLBACK");
  assert.deepEqual(await rows(account.admin, ALL), []);
});

Deno.test("closing a session rolls back and lets go of its locks", async () => {
  await using account = await withTable();
  const a = account.session();
  await run(a, "BEGIN");
  await run(a, "UPDATE A SET N = 0");
  const waiting = run(account.admin, "UPDATE A SET N = N + 100");
  await settle(account.session());
  await a.close();
  assert.equal((await waiting).counts.updated, 2);
  assert.deepEqual(await rows(account.admin, ALL), [["x", "101"], ["y", "102"]]);
  await assert.rejects(run(a, "SELECT 1"), { code: "000604" });
});

Deno.test("an UPDATE that waited for the lock matches what was committed when it began", async () => {
  await using account = await withTable();
  const [a, b] = [account.session(), account.session()];
  await run(a, "BEGIN");
  await run(a, "UPDATE A SET N = 5 WHERE K = 'x' AND N = 1");
  const waiting = run(b, "UPDATE A SET N = 7 WHERE K = 'x' AND N = 1");
  await settle(account.admin);
  await run(a, "COMMIT");
  // Read strictly, the documentation lets the second win as well: who needs a fence takes the lock first.
  assert.equal((await waiting).counts.updated, 1);
  assert.deepEqual(await rows(account.admin, ALL), [["x", "7"], ["y", "2"]]);
});

Deno.test("a fence holds when the lock is taken by a statement of its own before, and that keeps what others set", async () => {
  await using account = await withTable();
  const [a, b] = [account.session(), account.session()];
  await run(a, "BEGIN");
  await run(a, "UPDATE A SET N = 5 WHERE K = 'x' AND N = 1");
  await run(b, "BEGIN");
  const locking = run(b, "UPDATE A SET K = K");
  await settle(account.admin);
  await run(a, "COMMIT");
  assert.equal((await locking).counts.updated, 2);
  assert.equal((await run(b, "UPDATE A SET N = 7 WHERE K = 'x' AND N = 1")).counts.updated, 0);
  assert.deepEqual(await rows(b, ALL), [["x", "5"], ["y", "2"]]);
});

Deno.test("INSERT waits for nobody, and nobody for INSERT", async () => {
  await using account = await withTable();
  const [a, b] = [account.session(), account.session()];
  await run(a, "BEGIN");
  await run(a, "UPDATE A SET N = 5");
  await run(b, "BEGIN");
  await run(b, "INSERT INTO A VALUES ('z', 3)");
  await run(a, "UPDATE A SET N = 6");
  await run(a, "COMMIT");
  await run(b, "COMMIT");
  assert.deepEqual(await rows(account.admin, ALL), [["x", "6"], ["y", "6"], ["z", "3"]]);
});

Deno.test("who waits longer than LOCK_TIMEOUT is refused with 000625, and can go on", async () => {
  await using account = await withTable();
  const [a, b] = [account.session(), account.session()];
  await run(a, "BEGIN");
  await run(a, "DELETE FROM A WHERE K = 'x'");
  await run(b, "ALTER SESSION SET LOCK_TIMEOUT = 0");
  await refused(b, "UPDATE A SET N = 1", "000625", "57014", /T\.PUBLIC\.A/);
  await run(a, "COMMIT");
  assert.equal((await run(b, "UPDATE A SET N = 1")).counts.updated, 1);
});

Deno.test("a statement that waits can be cancelled", async () => {
  await using account = await withTable();
  const [a, b] = [account.session(), account.session()];
  await run(a, "BEGIN");
  await run(a, "DELETE FROM A");
  const controller = new AbortController();
  const waiting = b.execute("DELETE FROM A", [], { signal: controller.signal });
  await settle(account.admin);
  controller.abort();
  await assert.rejects(waiting, { code: "000604" });
  await run(a, "ROLLBACK");
  assert.equal((await run(b, "DELETE FROM A")).counts.deleted, 2);
});

Deno.test("locks are handed on in the order in which they were asked for", async () => {
  await using account = await withTable();
  const sessions = [account.session(), account.session(), account.session()];
  await run(sessions[0], "BEGIN");
  await run(sessions[0], "UPDATE A SET N = 0");
  const order: number[] = [];
  const waiting = [1, 2].map((i) =>
    run(sessions[i], `UPDATE A SET K = K || '${i}'`).then(() => order.push(i))
  );
  await settle(account.admin);
  await run(sessions[0], "COMMIT");
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2]);
});

Deno.test("without autocommit the first change opens a transaction", async () => {
  await using account = await withTable();
  const a = account.session();
  await run(a, "ALTER SESSION SET AUTOCOMMIT = FALSE");
  await run(a, "DELETE FROM A");
  assert(a.inTransaction);
  assert.equal(await value(account.admin, "SELECT COUNT(*) FROM A"), "2");
  await run(a, "COMMIT");
  assert.equal(await value(account.admin, "SELECT COUNT(*) FROM A"), "0");
});
