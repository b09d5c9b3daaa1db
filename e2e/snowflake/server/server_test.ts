import assert from "node:assert/strict";
import { login, post, query } from "./testing/client.ts";
import { newKey, newToken } from "./testing/keys.ts";
import { withServer } from "./testing/with_server.ts";

Deno.test("a login by key pair gives tokens, the session's context and its parameters", () =>
  withServer(async ({ url, key }) => {
    const query = "roleName=activity_loader&warehouse=ACTIVITY_WH&databaseName=ACTIVITY_DB";
    const { envelope: { success, data } } = await login(url, newToken(key), {}, query);
    assert.equal(success, true);
    assert.deepEqual(data.sessionInfo, {
      roleName: "ACTIVITY_LOADER",
      warehouseName: "ACTIVITY_WH",
      databaseName: "ACTIVITY_DB",
      schemaName: null,
    });
    const parameters = data.parameters as { name: string; value: unknown }[];
    assert.equal(parameters.find(({ name }) => name === "TIMEZONE")?.value, "Europe/Vienna");
    assert.equal(parameters.find(({ name }) => name === "AUTOCOMMIT")?.value, true);
  }));

Deno.test("a login with a key that is not the user's is refused with 390144, and the reason is kept", () =>
  withServer(async ({ url, controlToken }) => {
    const { envelope } = await login(url, newToken(newKey()));
    assert.equal(envelope.code, "390144");
    assert.match(envelope.message ?? "", /^JWT token is invalid\. \[[0-9a-f-]{36}\]$/);
    const logins =
      await (await fetch(`${url}/control/logins`, { headers: { "x-control-token": controlToken } })).json();
    assert.equal(logins[0].reason, "JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH");
  }));

Deno.test("a password lets in its user, and neither another password nor a user without one is let in", () =>
  withServer(async ({ url }) => {
    const attempt = async (LOGIN_NAME: string, PASSWORD?: string) =>
      (await login(url, "", { AUTHENTICATOR: undefined, LOGIN_NAME, PASSWORD })).envelope.code;
    assert.equal(await attempt("by_password", "correct horse"), null);
    assert.equal(await attempt("BY_PASSWORD", "wrong"), "390100");
    assert.equal(await attempt("ACTIVITY_SINK"), "390100");
    assert.equal(await attempt("NOBODY", "correct horse"), "390100");
  }));

Deno.test("a login for another account meets HTTP status 404, as an unknown host name does", () =>
  withServer(async ({ url, key }) => {
    assert.equal((await login(url, newToken(key), { ACCOUNT_NAME: "OTHER" })).status, 404);
  }));

Deno.test("a role that the user has not is refused with 390189, and a missing database with 390201 if it is to be checked", () =>
  withServer(async ({ url, key }) => {
    const code = async (query: string, parameters = {}) =>
      (await login(url, newToken(key), { SESSION_PARAMETERS: parameters }, query)).envelope.code;
    assert.equal(await code("roleName=ACCOUNTADMIN"), "390189");
    assert.equal(await code("databaseName=NONE", { CLIENT_VALIDATE_DEFAULT_PARAMETERS: true }), "390201");
    assert.equal(await code("databaseName=NONE"), null);
  }));

Deno.test("a statement returns a JSON rowset with what drivers read, also from a gzipped request", () =>
  withServer(async ({ url, logIn }) => {
    const { token } = await logIn();
    const bindings = { "2": { type: "FIXED", value: "7" }, "1": { type: "TEXT", value: null } };
    for (const gzip of [false, true]) {
      const { envelope: { success, data } } = await query(url, token, "ECHO", { bindings, gzip });
      assert.equal(success, true);
      assert.deepEqual(data.rowset, [[null], ["FIXED 7"]]);
      const { returned, total, queryResultFormat, statementTypeId, finalRoleName } = data;
      assert.deepEqual(
        { returned, total, queryResultFormat, statementTypeId, finalRoleName },
        {
          returned: 2,
          total: 2,
          queryResultFormat: "json",
          statementTypeId: 0x1000,
          finalRoleName: "ACTIVITY_LOADER",
        },
      );
    }
  }));

Deno.test("what the engine refuses is a reply with Snowflake's code, SQLSTATE and the query's id", () =>
  withServer(async ({ url, logIn }) => {
    const { status, envelope } = await query(url, (await logIn()).token, "FAIL");
    assert.equal(status, 200);
    assert.deepEqual([envelope.success, envelope.code, envelope.data.sqlState], [false, "002003", "42S02"]);
    assert.match(String(envelope.data.queryId), /^[0-9a-f-]{36}$/);
  }));

Deno.test("a request id that comes again gets the first answer and executes nothing", () =>
  withServer(async ({ url, logIn, engine }) => {
    const { token } = await logIn();
    const send = () => query(url, token, "INSERT", { requestId: "00000000-0000-0000-0000-000000000001" });
    const [first, second] = await Promise.all([send(), send()]);
    assert.equal(first.envelope.data.queryId, second.envelope.data.queryId);
    assert.deepEqual((await send()).envelope, first.envelope);
    assert.deepEqual(engine.executed, ["1: INSERT"]);
  }));

Deno.test("another session's request with the same id is executed", () =>
  withServer(async ({ url, logIn, engine }) => {
    for (let i = 0; i < 2; i++) {
      await query(url, (await logIn()).token, "INSERT", {
        requestId: "00000000-0000-0000-0000-000000000001",
      });
    }
    assert.deepEqual(engine.executed, ["1: INSERT", "2: INSERT"]);
  }));

Deno.test("a token expires after an hour, is renewed by the master token, and the old one stays of no use", async () => {
  let nowMs = Date.now();
  await withServer(async ({ url, logIn }) => {
    const { token, masterToken } = await logIn();
    nowMs += 3_600_000;
    assert.equal((await query(url, token, "ECHO")).envelope.code, "390112");
    const { envelope } = await post(url, "/session/token-request", { requestType: "RENEW" }, {
      token: masterToken,
    });
    assert.equal((await query(url, String(envelope.data.sessionToken), "ECHO")).envelope.code, null);
    assert.equal((await query(url, token, "ECHO")).envelope.code, "390112");
  }, { now: () => nowMs });
});

Deno.test("an unknown token meets 401 with 390104, and the token of a session that was ended 390111", () =>
  withServer(async ({ url, logIn, engine }) => {
    const unknown = await query(url, "never given", "ECHO");
    assert.deepEqual([unknown.status, unknown.envelope.code], [401, "390104"]);
    const { token, masterToken } = await logIn();
    assert.equal((await post(url, "/session/heartbeat", null, { token })).envelope.success, true);
    assert.equal((await post(url, "/session?delete=true", null, { token })).envelope.success, true);
    assert.equal((await query(url, token, "ECHO")).envelope.code, "390111");
    const renewal = await post(url, "/session/token-request", null, { token: masterToken });
    assert.equal(renewal.envelope.code, "390111");
    assert.deepEqual(engine.closed, [1]);
  }));

Deno.test("a statement that takes long is answered with where its result will be", () =>
  withServer(async ({ url, logIn }) => {
    const { token } = await logIn();
    const requestId = "00000000-0000-0000-0000-000000000001";
    const { envelope } = await query(url, token, "WAIT", { requestId });
    assert.equal(envelope.code, "333333");
    const fetchResult = async () =>
      await (await fetch(`${url}${envelope.data.getResultUrl}`, {
        headers: { authorization: `Snowflake Token="${token}"` },
      })).json();
    assert.equal((await fetchResult()).code, "333333");
    assert.equal(
      (await post(url, "/queries/v1/abort-request", { requestId }, { token })).envelope.success,
      true,
    );
    assert.equal((await fetchResult()).code, "000604");
    assert.equal(
      (await post(url, "/queries/v1/abort-request", { requestId }, { token })).envelope.code,
      "000605",
    );
  }, { stillRunningMs: 20 }));

Deno.test("an asynchronous statement is answered at once", () =>
  withServer(async ({ url, logIn, engine }) => {
    const { envelope } = await query(url, (await logIn()).token, "INSERT", { asyncExec: true });
    assert.equal(envelope.code, "333334");
    assert.deepEqual(engine.executed, ["1: INSERT"]);
  }));

Deno.test("a transaction that was left open is rolled back once it has been idle for long", async () => {
  let nowMs = Date.now();
  await withServer(async ({ url, logIn, engine, sessions }) => {
    await query(url, (await logIn()).token, "BEGIN");
    await sessions.endIdleTransactions(300_000);
    assert.deepEqual(engine.executed, ["1: BEGIN"]);
    nowMs += 300_000;
    await sessions.endIdleTransactions(300_000);
    assert.deepEqual(engine.executed, ["1: BEGIN", "1: ROLLBACK"]);
  }, { now: () => nowMs });
});

Deno.test("a request above 16 MB meets 413, also when it is that large only after inflating", () =>
  withServer(async ({ url, logIn }) => {
    const { token } = await logIn();
    const text = "x".repeat(16 * 1024 * 1024);
    assert.equal((await query(url, token, text)).status, 413);
    assert.equal((await query(url, token, text, { gzip: true })).status, 413);
  }));

Deno.test("other paths, other methods and bodies that are no JSON are refused", () =>
  withServer(async ({ url }) => {
    const status = async (path: string, init?: RequestInit) => {
      const response = await fetch(`${url}${path}`, init);
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status("/"), 404);
    assert.equal(await status("/session/v1/login-request"), 404);
    assert.equal(await status("/session/v1/login-request", { method: "POST", body: "{" }), 400);
  }));
