/**
 * The real server as a child process, started with the very permissions of the task.
 *
 * @module
 */
import { startTaskArgs, whenReady } from "../commands/testing/server_process.ts";

/** A start that takes longer has failed. */
const READY_MS = 30_000;
const ROOT = new URL("../", import.meta.url).pathname;

export interface ServerProcess extends AsyncDisposable {
  url: string;
  /** Kills it as the kernel would: nothing is flushed. */
  kill(): Promise<void>;
  /** Asks it to stop. @returns its exit code */
  stop(): Promise<number>;
  /** Freezes it (SIGSTOP). */
  pause(): void;
  /** Lets it go on (SIGCONT). */
  resume(): void;
}

/**
 * Starts `deno task start` without its build.
 *
 * @param env settings; PORT is 0 unless given
 * @param args of the command
 */
export async function startServer(env: Record<string, string>, args: string[] = []): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...startTaskArgs(), ...args],
    cwd: ROOT,
    env: { PORT: "0", ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let running = true;
  child.status.then(() => running = false);
  const end = async (signal: Deno.Signal) => {
    if (running) child.kill(signal);
    const { code } = await child.status;
    await drained;
    return code;
  };
  const { url: ready, drained } = whenReady(child.stdout);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`the server was not ready within ${READY_MS} ms`)),
    READY_MS,
  );
  try {
    const url = await Promise.race([ready, late.promise]);
    return {
      url,
      kill: async () => void await end("SIGKILL"),
      stop: () => end("SIGTERM"),
      pause: () => child.kill("SIGSTOP"),
      resume: () => child.kill("SIGCONT"),
      [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
    };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
