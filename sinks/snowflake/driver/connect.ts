/**
 * Connects to Snowflake with the driver that Snowflake makes, in a Worker that is ended when it does not answer.
 *
 * @module
 */
import { type Connection, type Reply, Unanswered } from "./connection.ts";
import { toError } from "./failures.ts";
import type { FromDriver, LoginSettings, Request, ToDriver } from "./protocol.ts";

/** Time for loading the driver (0.3 s on two slow cores) and for logging in, ms: Snowflake's own drivers wait that long. */
const LOGIN_DEADLINE_MS = 60_000;
/** Time for ending the session in order, ms: it takes one round trip. */
const LOGOUT_DEADLINE_MS = 3000;

/**
 * Logs in.
 *
 * @param options.loginDeadlineMs how long that may take
 * @throws PrivateKeyError when the key's file is of no use; SnowflakeError when Snowflake refused; Unanswered when it did not answer
 */
export async function connectSnowflake(
  settings: LoginSettings,
  { loginDeadlineMs = LOGIN_DEADLINE_MS }: { loginDeadlineMs?: number } = {},
): Promise<Connection> {
  // Named one by one: whatever else the caller's object holds stays here, and may be no plain data.
  const { account, user, role, warehouse, privateKeyPath, passphrase, url } = settings;
  const driver = new DriverWorker();
  try {
    await driver.ask(
      { kind: "login", settings: { account, user, role, warehouse, privateKeyPath, passphrase, url } },
      loginDeadlineMs,
    );
    return new DriverConnection(driver);
  } catch (error) {
    driver.end();
    throw error;
  }
}

class DriverConnection implements Connection {
  readonly #driver: DriverWorker;

  constructor(driver: DriverWorker) {
    this.#driver = driver;
  }

  async execute(sql: string, binds: readonly (string | number)[], deadlineMs: number): Promise<Reply> {
    try {
      return await this.#driver.ask({ kind: "execute", sql, binds }, deadlineMs);
    } catch (error) {
      if (error instanceof Unanswered) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#driver.hasEnded) return;
    try {
      // A session that is only left keeps its transaction and so the locks, until Snowflake misses it minutes later.
      await this.#driver.ask({ kind: "logout" }, LOGOUT_DEADLINE_MS);
    } catch {
      // Gone already or out of reach: either way it has no more to say.
    } finally {
      this.#driver.end();
    }
  }
}

/** The Worker, and whoever waits for it. */
class DriverWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Reply>>();
  #lastId = 0;
  #ended: Unanswered | null = null;

  constructor() {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "snowflake" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromDriver>) => {
      if ("reply" in data) return this.#waiting.get(data.id)?.resolve(data.reply);
      const error = toError(data.failure);
      if (data.id !== undefined) return this.#waiting.get(data.id)?.reject(error);
      for (const waiting of this.#waiting.values()) waiting.reject(error);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.end(new Unanswered(`the Snowflake driver stopped: ${event.message}`));
    };
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /**
   * @throws SnowflakeError, PrivateKeyError; Unanswered also when the deadline has passed: the Worker goes on until it is ended
   */
  async ask(request: Request, deadlineMs: number): Promise<Reply> {
    if (this.#ended) throw this.#ended;
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Reply>();
    this.#waiting.set(id, answer);
    const timer = setTimeout(
      () =>
        answer.reject(new Unanswered(`Snowflake did not answer within ${deadlineMs / 1000} s`, "DEADLINE")),
      deadlineMs,
    );
    try {
      this.#worker.postMessage({ ...request, id } satisfies ToDriver);
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Ends the Worker at once, whatever it does; whoever waits for it gets the error. */
  end(error = new Unanswered("the Snowflake session was closed")): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#worker.terminate();
    for (const waiting of this.#waiting.values()) waiting.reject(error);
  }
}
