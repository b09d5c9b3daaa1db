/**
 * A Snowflake account on this machine: starts the strict server of `server/` in a process of its own, with our tables in it.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ddl } from "../../sinks/snowflake/ddl/mod.ts";
import { LOADER, READER } from "../../sinks/snowflake/ddl/names.ts";
import { freePorts } from "../kafka/ports.ts";
import type { SnowflakeSettings } from "../../sinks/snowflake/settings.ts";
import {
  CONTROL_TOKEN_HEADER,
  type Counters,
  type Entry,
  type FailedLogin,
  type FaultKind,
  type FaultRule,
  type RandomFaults,
  type Ready,
} from "./control.ts";
import { keepKey } from "./keys.ts";
import { type ResultSet, type Row, toRows } from "./rows.ts";

/** A result's column as the wire has it. */
export interface ResultColumn {
  name: string;
  /** For example `FIXED`, `REAL` or `TIMESTAMP_NTZ`. */
  type: string;
  /** Digits of a FIXED. */
  precision: number | null;
}

const SERVER = fileURLToPath(new URL("server", import.meta.url));
/** Short, so that a test need not wait: the least that the settings allow is for real warehouses. */
const FLUSH_MS = 1000;
/** For the administrator, who has none by default; none is used while it is not there. */
const WAREHOUSE = { warehouse: LOADER.warehouse };

export interface LocalOptions {
  /** DuckDB file, which is kept; in memory without one. */
  dataPath?: string;
  /** `LOCAL` without one. */
  account?: string;
  /** Any that is free without one. */
  port?: number;
  /** Where keys are kept, without passphrase; in a temporary folder and encrypted without one. */
  keysFolder?: string;
  /** How long a transaction may be idle before it is rolled back, ms; Snowflake's five minutes without one. */
  idleTransactionMs?: number;
  /** Leaves the DDL out: no warehouse, database or user is there. */
  empty?: boolean;
}

export interface LocalSnowflake extends AsyncDisposable {
  readonly url: string;
  readonly account: string;
  /** The settings that point the app at it, by the names of the environment. */
  readonly env: Record<string, string>;
  /** The same for the sink. */
  readonly settings: SnowflakeSettings;
  /** The loading user's, as `RSA_PUBLIC_KEY` holds it. */
  readonly publicKey: string;
  /** Who reads for dashboards: user and role have the same name, the key has no passphrase. */
  readonly reader: { user: string; role: string; privateKeyPath: string; publicKey: string };
  /**
   * Runs a statement as the account's administrator, past the faults.
   *
   * @param binds for the `?` in order
   * @throws Error with Snowflake's code and message when it is refused
   */
  query(sql: string, binds?: readonly (string | number | boolean | null)[]): Promise<Row[]>;
  /** Runs a query as {@link query} does. @returns its columns in order: drivers decide by them what a value becomes */
  columns(sql: string): Promise<ResultColumn[]>;
  /** Runs several in one session, so that `USE` holds for the next. */
  run(statements: readonly string[]): Promise<void>;
  fault(fault: FaultRule): Promise<void>;
  randomFaults(faults: RandomFaults): Promise<void>;
  clearFaults(): Promise<void>;
  /** How often each kind of fault has struck. */
  struckFaults(): Promise<Partial<Record<FaultKind, number>>>;
  /** @param since entries with higher numbers */
  statements(since?: number): Promise<Entry[]>;
  counters(): Promise<Counters>;
  failedLogins(): Promise<FailedLogin[]>;
  /** Ends it as a power cut would (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}, with its port, keys and, where they are in a file, data. */
  restart(): Promise<void>;
  /** Resolves when the server's process has ended, for whatever reason. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts it; resolves when it serves. It ends with this process.
 *
 * @throws Error when the server does not start; what it says is on stderr
 */
export async function startSnowflake(options: LocalOptions = {}): Promise<LocalSnowflake> {
  const temporary = options.keysFolder === undefined
    ? await Deno.makeTempDir({ prefix: "snowflake-" })
    : null;
  const folder = temporary ?? options.keysFolder!;
  const removeTemporary = async () => {
    if (temporary !== null) await Deno.remove(temporary, { recursive: true });
  };
  let process: ServerProcess | null = null;
  try {
    await Deno.mkdir(folder, { recursive: true });
    const passphrase = temporary === null ? null : randomBytes(16).toString("hex");
    const key = await keepKey(resolve(folder, "rsa_key.p8"), passphrase);
    const readerKey = await keepKey(resolve(folder, "reader_key.p8"), null);
    process = await ServerProcess.start(options);
    const { url, account } = process.ready;
    const settings: SnowflakeSettings = {
      account,
      ...LOADER,
      privateKeyPath: key.path,
      passphrase,
      url,
      bufferCountRecords: 10_000,
      bufferSizeBytes: 5_000_000,
      bufferFlushMs: FLUSH_MS,
    };
    const server = new Server(process, options);
    const end = async () => {
      await server.stop();
      await removeTemporary();
    };
    let closed: Promise<void> | null = null;
    const close = () => closed ??= end();
    if (!options.empty) {
      await server.run(ddl({ publicKey: key.publicKey, readerPublicKey: readerKey.publicKey }));
    }
    return Object.assign(server, {
      url,
      account,
      env: envOf(settings),
      settings,
      publicKey: key.publicKey,
      reader: { user: READER, role: READER, privateKeyPath: readerKey.path, publicKey: readerKey.publicKey },
      close,
      [Symbol.asyncDispose]: close,
    });
  } catch (error) {
    await process?.kill("SIGKILL");
    await removeTemporary();
    throw error;
  }
}

function envOf({ account, user, role, warehouse, privateKeyPath, passphrase, url }: SnowflakeSettings) {
  return {
    SNOWFLAKE_ACCOUNT: account,
    SNOWFLAKE_USER: user,
    SNOWFLAKE_ROLE: role,
    SNOWFLAKE_WAREHOUSE: warehouse,
    SNOWFLAKE_PRIVATE_KEY_PATH: privateKeyPath,
    ...(passphrase === null ? {} : { SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: passphrase }),
    ...(url === null ? {} : { SNOWFLAKE_URL: url }),
  };
}

/** The control API's client, and the process that it talks to. */
class Server {
  #process: ServerProcess;
  readonly #options: LocalOptions;

  constructor(process: ServerProcess, options: LocalOptions) {
    this.#process = process;
    this.#options = options;
  }

  async query(sql: string, binds: readonly (string | number | boolean | null)[] = []): Promise<Row[]> {
    return toRows(
      await this.#control<ResultSet>("POST", "query", { ...WAREHOUSE, statements: [sql], binds }),
    );
  }

  async columns(sql: string): Promise<ResultColumn[]> {
    const { columns } = await this.#control<{ columns: ResultColumn[] }>("POST", "query", {
      ...WAREHOUSE,
      statements: [sql],
    });
    return columns;
  }

  async run(statements: readonly string[]): Promise<void> {
    await this.#control("POST", "query", { ...WAREHOUSE, statements });
  }

  async fault(fault: FaultRule): Promise<void> {
    await this.#control("POST", "faults", fault);
  }

  async randomFaults(faults: RandomFaults): Promise<void> {
    await this.#control("POST", "faults", faults);
  }

  async clearFaults(): Promise<void> {
    await this.#control("DELETE", "faults");
  }

  async struckFaults(): Promise<Partial<Record<FaultKind, number>>> {
    return await this.#control("GET", "faults");
  }

  async statements(since = 0): Promise<Entry[]> {
    return await this.#control("GET", `statements?since=${since}`);
  }

  async counters(): Promise<Counters> {
    return await this.#control("GET", "counters");
  }

  async failedLogins(): Promise<FailedLogin[]> {
    return await this.#control("GET", "logins");
  }

  async kill(): Promise<void> {
    await this.#process.kill("SIGKILL");
  }

  async restart(): Promise<void> {
    const port = Number(new URL(this.#process.ready.url).port);
    this.#process = await ServerProcess.start({ ...this.#options, port });
  }

  ended(): Promise<void> {
    return this.#process.ended;
  }

  async stop(): Promise<void> {
    await this.#process.kill("SIGTERM");
  }

  async #control<T>(method: string, route: string, body?: unknown): Promise<T> {
    const { url, controlToken } = this.#process.ready;
    const response = await fetch(`${url}/control/${route}`, {
      method,
      headers: { [CONTROL_TOKEN_HEADER]: controlToken },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error([answer?.code, answer?.message].filter(Boolean).join(": "));
    return answer;
  }
}

/** One life of the server. */
class ServerProcess {
  readonly ended: Promise<void>;

  private constructor(readonly ready: Ready, readonly child: Deno.ChildProcess) {
    this.ended = child.status.then(() => {});
  }

  static async start(
    { dataPath, account, port = freePorts(1)[0], idleTransactionMs }: LocalOptions,
  ): Promise<ServerProcess> {
    if (dataPath !== undefined) await Deno.mkdir(dirname(resolve(dataPath)), { recursive: true });
    const child = new Deno.Command("deno", {
      args: [
        "run",
        "--quiet",
        `--config=${resolve(SERVER, "deno.json")}`,
        ...PERMISSIONS,
        resolve(SERVER, "main.ts"),
        "--attached",
        ...(dataPath === undefined ? [] : ["--data", resolve(dataPath)]),
        ...(account === undefined ? [] : ["--account", account]),
        `--port=${port}`,
        ...(idleTransactionMs === undefined ? [] : ["--idle-transaction-ms", `${idleTransactionMs}`]),
      ],
      // While it is open the server goes on: so it ends with this process, also after a SIGKILL.
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const line = await firstLine(child.stdout);
    if (line === null) {
      await child.stdin.close();
      await child.status;
      throw new Error("the strict Snowflake server did not start: see above");
    }
    return new ServerProcess(JSON.parse(line), child);
  }

  /** Does nothing to one that has ended. */
  async kill(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    try {
      this.child.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.child.stdin.close().catch(() => {});
    await this.ended;
  }
}

/** DuckDB is native: its own files need no permission. */
const PERMISSIONS = [
  "--no-prompt",
  "--allow-net=127.0.0.1",
  `--allow-read=${SERVER}`,
  `--allow-ffi=${resolve(SERVER, "node_modules")}`,
];

/** @returns null when the stream ends before */
async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string | null> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) return null;
    text += value;
  }
  await reader.cancel();
  return text.slice(0, text.indexOf("\n"));
}
