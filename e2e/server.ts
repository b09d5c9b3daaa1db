/**
 * The real server as a child process, started with the very permissions of the task.
 *
 * @module
 */
import { startTaskArgs, whenReady } from "../commands/testing/server_process.ts";

/** A start that takes longer has failed. */
const READY_MS = 30_000;
const ROOT = new URL("../", import.meta.url).pathname;

/** A process, ready or not. */
export interface StartingServer extends AsyncDisposable {
  /** Its address once it is ready; rejects when it ends before. */
  ready: Promise<string>;
  /** What it has written to standard error so far. */
  errors(): string;
  /** Kills it as the kernel would: nothing is flushed. */
  kill(): Promise<void>;
  /** Asks it to stop. @returns its exit code */
  stop(): Promise<number>;
  /** Freezes it (SIGSTOP). */
  pause(): void;
  /** Lets it go on (SIGCONT). */
  resume(): void;
}

export interface ServerProcess extends StartingServer {
  url: string;
}

/**
 * Starts `deno task start` without its build.
 *
 * @param env settings; PORT is 0 unless given
 * @param args of the command
 * @returns when it is ready
 */
export async function startServer(env: Record<string, string>, args: string[] = []): Promise<ServerProcess> {
  const server = spawnServer(env, args);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`the server was not ready within ${READY_MS} ms`)),
    READY_MS,
  );
  try {
    return { ...server, url: await Promise.race([server.ready, late.promise]) };
  } catch (error) {
    await server.kill();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The same without waiting. */
export function spawnServer(env: Record<string, string>, args: string[] = []): StartingServer {
  const child = command(env, args).spawn();
  let errors = "";
  const erred = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      errors += text;
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    }
  })();
  let running = true;
  child.status.then(() => running = false);
  const { url: ready, drained } = whenReady(child.stdout);
  // Whoever waits for it hears of it; one that is killed before has nobody who does.
  ready.catch(() => {});
  const end = async (signal: Deno.Signal) => {
    if (running) child.kill(signal);
    const { code } = await child.status;
    await Promise.all([drained, erred]);
    return code;
  };
  return {
    ready,
    errors: () => errors,
    kill: async () => void await end("SIGKILL"),
    stop: () => end("SIGTERM"),
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

/**
 * The same where the process is expected to end by itself.
 *
 * @returns its exit code (137 when it was killed because it went on) and what it printed
 */
export async function endOfStart(
  env: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = command(env, args).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), READY_MS);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function command(env: Record<string, string>, args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [...startTaskArgs(), ...args],
    cwd: ROOT,
    env: { PORT: "0", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}
