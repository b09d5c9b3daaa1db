import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { connectSnowflake } from "./connect.ts";
import { type Connection, SnowflakeError, Unanswered } from "./connection.ts";
import { PrivateKeyError, readPrivateKey } from "./private_key.ts";
import { PASSPHRASE, writeKey } from "./testing/keys.ts";
import { settingsFor } from "./testing/settings.ts";
import { type Answer, type Answerer, refusal, result, startStub, type Stub } from "./testing/stub.ts";

const DEADLINE_MS = 10_000;
/** Short, and long enough for an answer of this machine. */
const SHORT_DEADLINE_MS = 500;
const QUERIES = "/queries/v1/query-request";
const ONE = result([{ name: "N", type: "fixed" }], [["1"]]);

const keyFolder = Deno.makeTempDirSync();
const keyPath = `${keyFolder}/rsa_key.p8`;
writeKey(keyPath);
addEventListener("unload", () => Deno.removeSync(keyFolder, { recursive: true }));

/** Runs a test with a session. */
async function inSession(
  answer: Answerer,
  test: (connection: Connection, stub: Stub) => void | Promise<void>,
): Promise<void> {
  await using stub = await startStub(answer);
  const connection = await connectSnowflake(settingsFor(stub.url, keyPath));
  try {
    await test(connection, stub);
  } finally {
    await connection.close();
  }
}

/** @returns why logging in failed */
async function loginFailure(answerLogin: Answerer, loginDeadlineMs = DEADLINE_MS): Promise<Error> {
  await using stub = await startStub(() => ONE, answerLogin);
  return await failureOf(connectSnowflake(settingsFor(stub.url, keyPath), { loginDeadlineMs }));
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it succeeded");
}

function assertUnanswered(error: Error, reason: string | null): void {
  assert.ok(error instanceof Unanswered, `${error}`);
  assert.equal(error.reason, reason, error.message);
}

const queries = ({ calls }: Stub) => calls.filter(({ path }) => path === QUERIES);
const hasLoggedOut = ({ calls }: Stub) =>
  calls.some(({ path, query }) => path === "/session" && query.has("delete"));

Deno.test("rows, changed rows and binds come as they are", () => {
  const answers: Answer[] = [
    result(
      [{ name: "T", type: "text" }, { name: "N", type: "fixed" }, {
        name: "AT",
        type: "timestamp_ntz",
        scale: 3,
      }],
      [["a", "7", "1700000000.123"], [null, null, null]],
    ),
    result(
      [{ name: "number of rows updated", type: "fixed" }, {
        name: "number of multi-joined rows updated",
        type: "fixed",
      }],
      [["3", "0"]],
      0x3200,
    ),
  ];
  return inSession(() => answers.shift()!, async (connection, stub) => {
    const selected = await connection.execute("SELECT ?, ?", ["x", 5], DEADLINE_MS);
    assert.deepEqual(selected.rows.map(({ T, N }) => [T, N]), [["a", 7], [null, null]]);
    assert.equal(typeof selected.rows[0].AT, "string", "dates come as text");
    assert.equal(selected.rowsAffected, 0);
    assert.equal((await connection.execute("UPDATE …", [], DEADLINE_MS)).rowsAffected, 3);
    const { body } = queries(stub)[0];
    assert.equal(body.sqlText, "SELECT ?, ?");
    assert.deepEqual(body.bindings, { 1: { type: "TEXT", value: "x" }, 2: { type: "FIXED", value: "5" } });
  });
});

Deno.test("the token of a login is signed by the key of the file, for the account and the user", () =>
  inSession(() => ONE, (_, { calls }) => {
    const [{ query, body: { data } }] = calls;
    assert.equal(query.get("warehouse"), "ACTIVITY_WH");
    assert.equal(query.get("roleName"), "ACTIVITY_LOADER");
    assert.equal(data.SESSION_PARAMETERS.QUERY_TAG, "activity-tracker");
    assert.equal(data.AUTHENTICATOR, "SNOWFLAKE_JWT");
    assert.equal(data.CLIENT_ENVIRONMENT.APPLICATION, "ActivityTracker");
    const [header, payload, signature] = data.TOKEN.split(".");
    const { pem, fingerprint } = readPrivateKey({ privateKeyPath: keyPath, passphrase: PASSPHRASE });
    const { iss, sub } = JSON.parse(Buffer.from(payload, "base64url").toString());
    assert.equal(sub, "MYORG-MYACCOUNT.ACTIVITY_SINK");
    assert.equal(iss, `MYORG-MYACCOUNT.ACTIVITY_SINK.${fingerprint}`);
    assert.ok(verify(
      "sha256",
      Buffer.from(`${header}.${payload}`),
      createPublicKey(pem),
      Buffer.from(signature, "base64url"),
    ));
  }));

Deno.test("a statement of 8 MB arrives whole", () =>
  inSession(() => ONE, async (connection, stub) => {
    const text = "ä".repeat(4_000_000);
    await connection.execute("SELECT ?", [text], DEADLINE_MS);
    assert.equal(queries(stub)[0].body.bindings[1].value, text);
  }));

Deno.test("a refusal has Snowflake's code, SQLSTATE and query, and the session goes on", () => {
  const answers = [refusal("100038", "Numeric value 'x' is not recognized", "22018"), ONE];
  return inSession(() => answers.shift()!, async (connection) => {
    const error = await failureOf(connection.execute("INSERT …", [], DEADLINE_MS));
    assert.ok(error instanceof SnowflakeError, `${error}`);
    assert.equal(error.code, 100_038);
    assert.equal(error.sqlState, "22018");
    assert.equal(error.queryId, "01b2-query");
    assert.equal(error.message, "Numeric value 'x' is not recognized");
    assert.equal((await connection.execute("SELECT 1", [], DEADLINE_MS)).rows[0].N, 1);
  });
});

Deno.test("a statement that is not answered by its deadline: the session is deleted, and nothing is sent any more", () =>
  inSession(() => "hang", async (connection, stub) => {
    assertUnanswered(await failureOf(connection.execute("COMMIT", [], SHORT_DEADLINE_MS)), "DEADLINE");
    assert.ok(hasLoggedOut(stub), "its transaction and locks end with the session");
    const sent = stub.calls.length;
    assertUnanswered(await failureOf(connection.execute("SELECT 1", [], DEADLINE_MS)), null);
    assert.equal(stub.calls.length, sent);
  }));

Deno.test("a dropped connection is tried again under the same request id", () => {
  const answers: Answer[] = ["drop", { status: 503, body: "busy" }, ONE];
  return inSession(() => answers.shift()!, async (connection, stub) => {
    assert.equal((await connection.execute("SELECT 1", [], DEADLINE_MS)).rows[0].N, 1);
    const ids = queries(stub).map(({ query }) => query.get("requestId"));
    assert.equal(ids.length, 3);
    assert.equal(new Set(ids).size, 1);
  });
});

Deno.test("an expired session is renewed and the statement sent again", () => {
  const answers = [refusal("390112", "Session token has expired"), ONE];
  return inSession(() => answers.shift()!, async (connection, stub) => {
    assert.equal((await connection.execute("SELECT 1", [], DEADLINE_MS)).rows[0].N, 1);
    assert.ok(stub.calls.some(({ path }) => path === "/session/token-request"));
  });
});

const GONE: [name: string, answer: Answer][] = [
  ["390111", refusal("390111", "Session no longer exists. New login required.")],
  ["401 with 390104", { status: 401, body: { success: false, code: "390104", message: "Session invalid" } }],
];
for (const [name, answer] of GONE) {
  Deno.test(`a session that is gone leaves the statement unanswered: ${name}`, () =>
    inSession(() => answer, async (connection) => {
      assertUnanswered(await failureOf(connection.execute("COMMIT", [], DEADLINE_MS)), "390111");
    }));
}

const MALFORMED: [name: string, body: unknown][] = [
  ["no JSON", "<html>"],
  ["no data", { success: true }],
  ["no rows", { success: true, data: { queryId: "x", statementTypeId: 0x3200, parameters: [] } }],
];
for (const [name, body] of MALFORMED) {
  Deno.test(`an answer that the driver cannot read leaves the statement unanswered: ${name}`, () =>
    inSession(() => ({ body }), async (connection) => {
      const error = await failureOf(connection.execute("COMMIT", [], 2 * SHORT_DEADLINE_MS));
      assert.ok(error instanceof Unanswered, `${error}`);
    }));
}

Deno.test("a login that is refused says why", async () => {
  const error = await loginFailure(() => refusal("390144", "JWT token is invalid. [0ce9]", "08004"));
  assert.ok(error instanceof SnowflakeError, `${error}`);
  assert.equal(error.code, 390_144);
  assert.equal(error.message, "JWT token is invalid. [0ce9]");
});

Deno.test("an address that is no Snowflake account is told by its status, at once", async () => {
  for (const status of [403, 404, 503]) {
    assertUnanswered(await loginFailure(() => ({ status, body: "<html>" })), `HTTP ${status}`);
  }
});

Deno.test("an address where nobody listens is told", async () => {
  const stub = await startStub(() => ONE);
  await stub[Symbol.asyncDispose]();
  assertUnanswered(await failureOf(connectSnowflake(settingsFor(stub.url, keyPath))), "ECONNREFUSED");
});

Deno.test("a login that is not answered ends at its deadline", async () => {
  assertUnanswered(await loginFailure(() => "hang", 2 * SHORT_DEADLINE_MS), "DEADLINE");
});

Deno.test("a key of no use is told before anything is sent", async () => {
  await using stub = await startStub(() => ONE);
  const settings = { ...settingsFor(stub.url, keyPath), passphrase: "wrong" };
  const error = await failureOf(connectSnowflake(settings));
  assert.ok(error instanceof PrivateKeyError, `${error}`);
  assert.match(error.message, /SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is wrong/);
  assert.deepEqual(stub.calls, []);
});

Deno.test("closing ends the session and whatever still waits, also when the server has gone", async () => {
  await inSession(() => "hang", async (connection, stub) => {
    const waiting = failureOf(connection.execute("COMMIT", [], DEADLINE_MS));
    await connection.close();
    assertUnanswered(await waiting, null);
    assert.ok(hasLoggedOut(stub));
  });
  const stub = await startStub(() => ONE);
  const connection = await connectSnowflake(settingsFor(stub.url, keyPath));
  await stub[Symbol.asyncDispose]();
  await connection.close();
  await connection.close();
});

Deno.test("neither key, passphrase nor tokens are in what fails, whatever fails", async () => {
  const secrets = [
    PASSPHRASE,
    readPrivateKey({ privateKeyPath: keyPath, passphrase: PASSPHRASE }).pem.split("\n")[1],
    "session-token",
    "master-token",
    "eyJ",
  ];
  const answers: Answer[] = ["hang", { status: 500, body: "?" }, "drop", { body: "<html>" }, {
    body: { success: true },
  }];
  const errors = await Promise.all([
    ...answers.map((answer) => loginFailure(() => answer, 2 * SHORT_DEADLINE_MS)),
    ...answers.map(async (answer) => {
      let error: Error | null = null;
      await inSession(() => answer, async (connection) => {
        error = await failureOf(connection.execute("SELECT 1", [], SHORT_DEADLINE_MS));
      });
      return error;
    }),
  ]);
  for (const error of errors) {
    const text = Deno.inspect(error, { depth: 10 });
    for (const secret of secrets) assert.ok(!text.includes(secret), text);
  }
});

Deno.test("the start task's permissions suffice, and the driver writes no file", async () => {
  await using stub = await startStub(() => ONE);
  const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
  const flags = (tasks.start.command.match(/'?--(allow|ignore)-[^' ]+'?/g) as string[])
    .map((flag) => flag.replaceAll("'", ""));
  const folder = await Deno.makeTempDir();
  try {
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--config",
        `${Deno.cwd()}/deno.json`,
        ...flags,
        new URL("testing/permission_probe.ts", import.meta.url).pathname,
        stub.url,
        keyPath,
      ],
      cwd: folder,
    }).output();
    const printed = new TextDecoder().decode(stderr);
    assert.ok(success, printed);
    assert.equal(printed, "");
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), { rows: [{ N: 1 }], rowsAffected: 0 });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    // The log-in, the statement, the log-out: no telemetry, and no other address (the stub would have the calls).
    assert.deepEqual(stub.calls.map(({ path }) => path), ["/session/v1/login-request", QUERIES, "/session"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
