/**
 * Servers under measurement: started as child processes, watched through /proc, always killed.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { startTaskArgs, whenReady } from "../commands/testing/server_process.ts";
import { type ServerUsage, type Usage, usageOf } from "./usage.ts";

/** A server that is not ready by then will not be. */
const READY_MS = 60_000;
/** A server that does not end by then after SIGTERM is killed. */
const STOP_MS = 15_000;
const POLL_MS = 50;
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
/** Name of our own server in the results. */
export const PRODUCT = "product";

/** What our own server keeps its log in. */
export interface Engine {
  /** In the results. */
  name: string;
  /** The settings that choose it. */
  env: Record<string, string>;
  /** What its broker has used; null when there is none, or it is not ours. */
  brokerUsage(): Promise<Usage | null>;
}

const noBroker = () => Promise.resolve(null);
const AS_CONFIGURED: Engine = { name: PRODUCT, env: {}, brokerUsage: noBroker };

export interface Server extends AsyncDisposable {
  name: string;
  url: string;
  usage(): Promise<ServerUsage>;
}

/** Starts our own server on a free port with an empty data folder. */
export async function startProduct(engine: Engine = AS_CONFIGURED): Promise<Server> {
  const dir = await Deno.makeTempDir({ prefix: "activity-tracker-bench-" });
  const env = { ...engine.env, HOST: "127.0.0.1", PORT: "0", DATA_DIR: `${dir}/data` };
  const args = [...taskFlags(), MAIN, "start"];
  const child = new Deno.Command(Deno.execPath(), { args, cwd: dir, env, stdout: "piped" }).spawn();
  return await watched(engine.name, child, dir, whenReady(child.stdout).url, engine.brokerUsage);
}

/** What the start task gives `deno` before the program. Use it in a folder without a `.env`, which would add to the settings. */
export function taskFlags(): string[] {
  const args = startTaskArgs();
  return args.slice(0, args.indexOf("main.ts"));
}

/**
 * Starts another server. It runs in an empty temporary folder, so paths in its command must be absolute.
 *
 * @param command words separated by spaces; `{port}` is replaced by a free port
 */
export async function startPeer(name: string, command: string): Promise<Server> {
  const dir = await Deno.makeTempDir({ prefix: "activity-tracker-bench-" });
  const port = freePort();
  const [program, ...args] = command.replaceAll("{port}", String(port)).split(/\s+/);
  const child = new Deno.Command(program, { args, cwd: dir, stdout: "null" }).spawn();
  return await watched(name, child, dir, accepting(port), noBroker);
}

async function watched(
  name: string,
  child: Deno.ChildProcess,
  dir: string,
  ready: Promise<string>,
  brokerUsage: Engine["brokerUsage"],
): Promise<Server> {
  async function stop(): Promise<void> {
    kill(child, "SIGTERM");
    const timer = setTimeout(() => kill(child, "SIGKILL"), STOP_MS);
    await child.status;
    clearTimeout(timer);
    await Deno.remove(dir, { recursive: true });
  }
  const ended = child.status.then(({ code }) => {
    throw new Error(`${name}: the server ended with exit code ${code} before it was ready`);
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}: not ready within ${READY_MS / 1000} s`)), READY_MS);
  });
  try {
    const url = await Promise.race([ready, ended, tooLate]);
    ended.catch(() => {});
    const usage = async () => ({ ...await usageOf(child.pid), broker: await brokerUsage() });
    return { name, url, usage, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended by itself: what was wanted.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function accepting(port: number): Promise<string> {
  const until = Date.now() + READY_MS;
  while (Date.now() < until) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return `http://127.0.0.1:${port}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  throw new Error(`nothing listens on port ${port} after ${READY_MS / 1000} s: does the command use {port}?`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
