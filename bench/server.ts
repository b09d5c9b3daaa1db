/**
 * Servers under measurement: started as child processes, watched through /proc, always killed.
 *
 * @module
 */
import { startTaskArgs, whenReady } from "../commands/testing/server_process.ts";

/** A server that is not ready by then will not be. */
const READY_MS = 60_000;
/** A server that does not end by then after SIGTERM is killed. */
const STOP_MS = 15_000;
const POLL_MS = 50;
/** Linux reports process times in ticks of 1/100 s on every common platform (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;
/** Name of our own server in the results. */
export const PRODUCT = "product";

/** What a process has used since it started. */
export interface Usage {
  cpuS: number;
  rssBytes: number;
  /** Bytes it caused to be written to disk. */
  writtenBytes: number;
}

export interface Server extends AsyncDisposable {
  name: string;
  url: string;
  usage(): Promise<Usage>;
}

/** Starts our own server on a free port with an empty data folder. */
export async function startProduct(): Promise<Server> {
  const dir = await Deno.makeTempDir({ prefix: "activity-tracker-bench-" });
  const root = new URL("../", import.meta.url).pathname;
  const env = { HOST: "127.0.0.1", PORT: "0", DATA_DIR: `${dir}/data` };
  const child = new Deno.Command(Deno.execPath(), { args: startTaskArgs(), cwd: root, env, stdout: "piped" })
    .spawn();
  return await watched(PRODUCT, child, dir, whenReady(child.stdout).url);
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
  return await watched(name, child, dir, accepting(port));
}

async function watched(
  name: string,
  child: Deno.ChildProcess,
  dir: string,
  ready: Promise<string>,
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
    return { name, url, usage: () => usage(child.pid), [Symbol.asyncDispose]: stop };
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

/** Read by `cat`: Deno opens files under /proc only with every permission there is. */
async function usage(pid: number): Promise<Usage> {
  const { success, stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/stat`, `/proc/${pid}/io`],
  }).output();
  if (!success) throw new Error(`cannot read /proc/${pid}: the server has ended, or this is not Linux`);
  return parseUsage(new TextDecoder().decode(stdout));
}

/**
 * Reads what proc(5) calls `stat` and `io`.
 *
 * @param text both files, one after the other
 */
export function parseUsage(text: string): Usage {
  // The program's name, field 2, may hold spaces; it ends at the last parenthesis. Field 3 follows.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(/\s/);
  const field = (n: number) => Number(fields[n - 3]);
  const written = /^write_bytes: (\d+)$/m.exec(text);
  return {
    cpuS: (field(14) + field(15)) / TICKS_PER_S,
    rssBytes: field(24) * PAGE_BYTES,
    writtenBytes: Number(written?.[1] ?? NaN),
  };
}
