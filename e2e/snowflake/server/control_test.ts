import assert from "node:assert/strict";
import type { Entry } from "../control.ts";
import { controlRequest, query } from "./testing/client.ts";
import { withServer } from "./testing/with_server.ts";

const REQUEST_ID = "00000000-0000-0000-0000-000000000001";
const CLOSED = /fetch failed|closed|reset/;

Deno.test("the control API wants its token", () =>
  withServer(async ({ url }) => {
    assert.equal((await controlRequest({ url, controlToken: "guess" }, "GET", "statements")).status, 403);
  }));

Deno.test("an unavailable server answers 503, and a dropped connection nothing; neither executes", () =>
  withServer(async (server) => {
    const { token } = await server.logIn();
    await controlRequest(server, "POST", "faults", { kind: "unavailable", match: "insert" });
    await controlRequest(server, "POST", "faults", { kind: "drop", match: "insert" });
    assert.equal((await query(server.url, token, "INSERT")).status, 503);
    await assert.rejects(query(server.url, token, "INSERT"), CLOSED);
    assert.deepEqual(server.engine.executed, []);
    assert.deepEqual((await controlRequest(server, "GET", "faults")).body, { unavailable: 1, drop: 1 });
  }));

Deno.test("a lost reply is executed, and whoever asks again with the request id gets the answer", () =>
  withServer(async (server) => {
    const { token } = await server.logIn();
    await controlRequest(server, "POST", "faults", { kind: "lostReply" });
    await assert.rejects(query(server.url, token, "COMMIT", { requestId: REQUEST_ID }), CLOSED);
    assert.equal(
      (await query(server.url, token, "COMMIT", { requestId: REQUEST_ID })).envelope.success,
      true,
    );
    assert.deepEqual(server.engine.executed, ["1: COMMIT"]);
  }));

Deno.test("a session that expires by a fault is told so, and one that is gone is closed", () =>
  withServer(async (server) => {
    const [first, second] = [await server.logIn(), await server.logIn()];
    await controlRequest(server, "POST", "faults", { kind: "sessionExpired" });
    assert.equal((await query(server.url, first.token, "INSERT")).envelope.code, "390112");
    await controlRequest(server, "POST", "faults", { kind: "sessionGone" });
    assert.equal((await query(server.url, second.token, "INSERT")).envelope.code, "390111");
    assert.equal((await query(server.url, second.token, "INSERT")).envelope.code, "390111");
    assert.deepEqual(server.engine.closed, [2]);
    assert.deepEqual(server.engine.executed, []);
  }));

Deno.test("a zombie's commit comes after its client has been cut off and has gone on", () =>
  withServer(async (server) => {
    const { token } = await server.logIn();
    await controlRequest(server, "POST", "faults", { kind: "zombieCommit", delayMs: 50 });
    await query(server.url, token, "BEGIN");
    await assert.rejects(query(server.url, token, "COMMIT"), CLOSED);
    assert.equal((await query(server.url, token, "COMMIT")).envelope.code, "390111");
    await query(server.url, (await server.logIn()).token, "INSERT");
    while (server.engine.closed.length === 0) await query(server.url, (await server.logIn()).token, "ECHO");
    const executed = server.engine.executed.filter((text) => !text.endsWith("ECHO"));
    assert.deepEqual(executed, ["1: BEGIN", "2: INSERT", "1: COMMIT"]);
  }));

Deno.test("a suspended warehouse and a revoked right are refusals by Snowflake's codes", () =>
  withServer(async (server) => {
    const { token } = await server.logIn();
    for (const [kind, code] of [["warehouseSuspended", "000606"], ["accessRevoked", "003001"]]) {
      await controlRequest(server, "POST", "faults", { kind });
      assert.equal((await query(server.url, token, "INSERT")).envelope.code, code);
    }
    assert.deepEqual(server.engine.executed, []);
  }));

Deno.test("a hanging request is closed in the end, and a slow one is executed later", () =>
  withServer(async (server) => {
    const { token } = await server.logIn();
    await controlRequest(server, "POST", "faults", { kind: "hang", delayMs: 20 });
    await assert.rejects(query(server.url, token, "INSERT"), CLOSED);
    assert.deepEqual(server.engine.executed, []);
    await controlRequest(server, "POST", "faults", { kind: "slow", delayMs: 20 });
    assert.equal((await query(server.url, token, "INSERT")).envelope.success, true);
  }));

Deno.test("the journal tells what was executed, by whom, and how many bytes it took", () =>
  withServer(async (server) => {
    const { token } = await server.logIn();
    await query(server.url, token, "INSERT", { bindings: { "1": { type: "TEXT", value: "secret" } } });
    await query(server.url, token, "FAIL");
    const entries = (await controlRequest(server, "GET", "statements?since=0")).body as Entry[];
    assert.deepEqual(
      entries.map(({ text, user, status, kind, rows }) => ({ text, user, status, kind, rows })),
      [
        { text: "INSERT", user: "ACTIVITY_SINK", status: "done", kind: "insert", rows: 1 },
        { text: "FAIL", user: "ACTIVITY_SINK", status: "002003", kind: "failed", rows: 0 },
      ],
    );
    assert.deepEqual((await controlRequest(server, "GET", "statements?since=2")).body, []);
    const counters = (await controlRequest(server, "GET", "counters")).body as {
      requestBytes: object;
      statements: object;
    };
    assert.deepEqual(counters.statements, { insert: 1, failed: 1 });
    assert.deepEqual(counters.requestBytes, {
      insert: entries[0].requestBytes,
      failed: entries[1].requestBytes,
    });
    assert.ok(entries[0].requestBytes > "INSERTsecret".length);
  }));

Deno.test("a control query runs all its statements in one session of the administrator", () =>
  withServer(async (server) => {
    const statements = ["BEGIN", "ECHO"];
    const { body } = await controlRequest(server, "POST", "query", {
      statements,
      binds: ["a", 1, 1.5, true, null],
    });
    const values = (body as { rows: unknown[][] }).rows.flat();
    assert.deepEqual(values, ["TEXT a", "FIXED 1", "REAL 1.5", "BOOLEAN true", null]);
    assert.deepEqual(server.engine.executed, ["1: BEGIN", "1: ECHO"]);
    assert.equal(server.engine.opened[0].user, "ADMIN");
    assert.deepEqual(await controlRequest(server, "POST", "query", { statements: ["FAIL"] }), {
      status: 422,
      body: {
        code: "002003",
        sqlState: "42S02",
        message: "SQL compilation error:\nObject 'T' does not exist or not authorized.",
      },
    });
  }));

Deno.test("faults that are none are refused with what was expected", () =>
  withServer(async (server) => {
    for (
      const fault of [{ kind: "fire" }, { kind: "drop", times: 0 }, { kind: "drop", match: "(" }, {
        seed: 1,
        rate: 1,
      }]
    ) {
      const { status, body } = await controlRequest(server, "POST", "faults", fault);
      assert.equal(status, 400);
      assert.match((body as { message: string }).message, /expected/);
    }
  }));
