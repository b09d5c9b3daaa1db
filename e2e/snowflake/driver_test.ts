/**
 * The sink's driver on the strict server: how it logs in, and what each fault looks like from its side.
 */
import assert from "node:assert/strict";
import { connectSnowflake } from "../../sinks/snowflake/driver/connect.ts";
import { type Connection, SnowflakeError, Unanswered } from "../../sinks/snowflake/driver/connection.ts";
import { writeKey } from "../../sinks/snowflake/driver/testing/keys.ts";
import { explain } from "../../sinks/snowflake/explain.ts";
import { ADD_POSITIONS, BEGIN, COMMIT, READ_POSITIONS } from "../../sinks/snowflake/statements.ts";
import { FAULT_KINDS, type FaultKind } from "./control.ts";
import type { LocalSnowflake } from "./local.ts";
import { snowflakeTest } from "./testing.ts";

/** Slow machines included, ms. */
const DEADLINE_MS = 10_000;
/** For what is never answered: the driver has tried again meanwhile, ms. */
const SHORT_DEADLINE_MS = 1500;
/** The driver tries again until it is stopped. */
const ALWAYS = 1000;
const TOPIC = "raw_sensor_data";

/** What a fault that strikes COMMIT leads to. */
interface Expected {
  /** How often it strikes; once without. */
  times?: number;
  delayMs?: number;
  /** Null: it is answered, whatever happened on the way. */
  error: ((error: unknown) => boolean) | null;
  /** Whether the transaction was committed. */
  committed: boolean;
}

const unanswered = (reason: string) => (error: unknown) =>
  error instanceof Unanswered && error.reason === reason;
const refused = (code: number) => (error: unknown) => error instanceof SnowflakeError && error.code === code;

/** Statements may be sent again: the request's id tells Snowflake that it was executed already. */
const EXPECTED: Record<FaultKind, Expected[]> = {
  unavailable: [
    { error: null, committed: true },
    { times: ALWAYS, error: unanswered("DEADLINE"), committed: false },
  ],
  hang: [{ times: ALWAYS, error: unanswered("DEADLINE"), committed: false }],
  drop: [
    { error: null, committed: true },
    { times: ALWAYS, error: unanswered("DEADLINE"), committed: false },
  ],
  lostReply: [
    { error: null, committed: true },
    { times: ALWAYS, error: unanswered("DEADLINE"), committed: true },
  ],
  sessionExpired: [{ error: null, committed: true }],
  sessionGone: [{ error: unanswered("390111"), committed: false }],
  slow: [
    { delayMs: 200, error: null, committed: true },
    { // Over when the next session looks: closing the one that waited for it has cancelled it.
      delayMs: SHORT_DEADLINE_MS + 300,
      error: unanswered("DEADLINE"),
      committed: false,
    },
  ],
  zombieCommit: [{ delayMs: 200, error: unanswered("390111"), committed: true }],
  warehouseSuspended: [{ error: refused(606), committed: false }],
  accessRevoked: [{ error: refused(3001), committed: false }],
};

/** A transaction that adds one row. @throws what its COMMIT throws */
async function commitRow(connection: Connection, logId: string, deadlineMs = DEADLINE_MS): Promise<void> {
  await connection.execute(BEGIN, [], DEADLINE_MS);
  await connection.execute(ADD_POSITIONS, [logId, JSON.stringify([[TOPIC, 0]])], DEADLINE_MS);
  await connection.execute(COMMIT, [], deadlineMs);
}

async function rowsOf(connection: Connection, logId: string): Promise<number> {
  return (await connection.execute(READ_POSITIONS, [logId], DEADLINE_MS)).rows.length;
}

/** @returns what was thrown; null when nothing was */
const errorOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => null, (error) => error);

async function withConnection<T>(
  { settings }: LocalSnowflake,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectSnowflake(settings);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

for (const kind of FAULT_KINDS) {
  snowflakeTest(
    `${kind} at a COMMIT is what it should be, and a new session works after it`,
    async (snowflake) => {
      for (const [i, { error, committed, ...rule }] of EXPECTED[kind].entries()) {
        const logId = `log-${i}`;
        await snowflake.fault({ kind, match: "^COMMIT", ...rule });
        const thrown = await withConnection(
          snowflake,
          (connection) =>
            errorOf(commitRow(connection, logId, error === null ? DEADLINE_MS : SHORT_DEADLINE_MS)),
        );
        await snowflake.clearFaults();
        const struck = (await snowflake.struckFaults())[kind] ?? 0;
        assert.ok(struck > i, "the fault did not strike");
        assert.ok(error === null ? thrown === null : error(thrown), `${JSON.stringify(rule)}: ${thrown}`);
        await withConnection(snowflake, async (connection) => {
          // Waits for the lock of a commit that is still under way.
          await commitRow(connection, `after-${i}`);
          assert.equal(await rowsOf(connection, `after-${i}`), 1);
          assert.equal(await rowsOf(connection, logId), committed ? 1 : 0, JSON.stringify(rule));
        });
      }
    },
  );
}

/** Why a login was not answered, by the fault that struck it: whoever connects tries again, not the driver. */
const LOGIN_FAULTS: Partial<Record<FaultKind, string>> = {
  hang: "DEADLINE",
  slow: "DEADLINE",
  drop: "ECONNRESET",
  unavailable: "HTTP 503",
};

snowflakeTest(
  "a login that a fault strikes is not answered, and the next one comes in",
  async (snowflake) => {
    for (const [kind, reason] of Object.entries(LOGIN_FAULTS)) {
      await snowflake.fault({ kind: kind as FaultKind, match: "^LOGIN", delayMs: 2 * DEADLINE_MS });
      const error = await errorOf(
        connectSnowflake(snowflake.settings, { loginDeadlineMs: SHORT_DEADLINE_MS }),
      );
      assert.ok(unanswered(reason)(error), `${kind}: ${error}`);
      await snowflake.clearFaults();
      await (await connectSnowflake(snowflake.settings)).close();
    }
  },
);

snowflakeTest(
  "a key that is not the user's is explained with its fingerprint and what to run",
  async (snowflake) => {
    const privateKeyPath = await Deno.makeTempFile();
    try {
      writeKey(privateKeyPath, snowflake.settings.passphrase);
      const settings = { ...snowflake.settings, privateKeyPath };
      const error = await errorOf(connectSnowflake(settings));
      assert.ok(refused(390144)(error), `${error}`);
      const { message, retry } = explain(error, settings);
      assert.equal(retry, "later");
      assert.match(message, /fingerprint is SHA256:/);
      const [statement] = /ALTER USER ACTIVITY_SINK SET RSA_PUBLIC_KEY='[^']+'/.exec(message)!;
      await snowflake.query(statement);
      await (await connectSnowflake(settings)).close();
    } finally {
      await Deno.remove(privateKeyPath);
    }
  },
);
