/**
 * Mosquitto, the MQTT broker of Debian, as a child process.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "./kafka/ports.ts";

/** It answers within milliseconds; past this it has failed to start, ms. */
const READY_MS = 10_000;
const POLL_MS = 20;
/** Debian keeps it where only root's PATH looks. */
const PROGRAMS = ["mosquitto", "/usr/sbin/mosquitto"];

/** A broker that keeps what was published for clients that are away. */
export interface Mosquitto extends AsyncDisposable {
  url: string;
}

/** A sentence that says how to install it; null when it is there. */
export function mosquittoMissing(): string | null {
  return program() === null ? "Mosquitto is missing: apt-get install --yes mosquitto" : null;
}

/**
 * Starts a broker on 127.0.0.1.
 *
 * @param dir for its settings
 * @throws Error when it does not listen
 */
export async function startMosquitto(dir: string): Promise<Mosquitto> {
  const [port] = freePorts(1);
  const config = `${dir}/mosquitto.conf`;
  // Without a bound of its own on what waits for a client that is away.
  await Deno.writeTextFile(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\nlog_type error\n`,
  );
  const child = new Deno.Command(program()!, { args: ["-c", config], stdout: "null", stderr: "inherit" })
    .spawn();
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  const stop = async () => {
    if (!hasEnded) child.kill("SIGTERM");
    await child.status;
  };
  const deadline = performance.now() + READY_MS;
  while (!await listens(port)) {
    if (hasEnded || performance.now() > deadline) {
      await stop();
      throw new Error("mosquitto does not listen");
    }
    await delay(POLL_MS);
  }
  return { url: `mqtt://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
}

function program(): string | null {
  for (const name of PROGRAMS) {
    try {
      // Its help needs no settings and ends at once.
      new Deno.Command(name, { args: ["-h"], stdout: "null", stderr: "null" }).outputSync();
      return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}
