/**
 * What every server process does: listen, say where, and stop when it is told to.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import { UsageError } from "./usage.ts";

/** Something outside the program keeps it from starting; the message says what to do. */
export class StartError extends UsageError {
  override name = "StartError";
}

/** How long open requests get to finish when the server stops, ms. */
const DRAIN_MS = 5000;

/** Answers a request; `remote` is the peer's address. */
export type Answer = (req: Request, remote: string) => Response | Promise<Response>;

/** @throws StartError instead of whatever the step throws */
export async function orStartError<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

/**
 * Listens, and says so on standard output once requests can be sent.
 *
 * @param answer is also told the peer's address
 * @param onPort is told the port, which may be one that the system has chosen
 * @throws StartError when the address cannot be had
 */
export function listen(
  settings: Pick<Settings, "host" | "port">,
  answer: Answer,
  onPort: (port: number) => void = () => {},
): Deno.HttpServer {
  const { port } = settings;
  const host = withoutBrackets(settings.host);
  const onListen = (address: Deno.NetAddr) => {
    onPort(address.port);
    console.log(`ready ${originOf(host, address.port)}`);
    if (!isEverywhere(host)) return;
    for (const lan of lanAddresses()) {
      console.log(`phones on the network reach it at http://${lan}:${address.port}`);
    }
  };
  try {
    return Deno.serve(
      { hostname: host, port, onListen },
      (req, info) => answer(req, (info.remoteAddr as Deno.NetAddr).hostname),
    );
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StartError(
        `port ${port} is in use on ${host}: stop what listens there, or choose another, e.g. PORT=8001`,
      );
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new StartError(
        `HOST is ${host}, which is no address of this machine: expected e.g. 127.0.0.1 or 0.0.0.0`,
      );
    }
    throw error;
  }
}

/** Says on standard output how the first admin is made. @param path of the one-time link */
export function tellSetupLink(settings: Pick<Settings, "host" | "port">, path: string): void {
  const host = withoutBrackets(settings.host);
  console.log(`no admin yet; this link makes one, once: ${originOf(host, settings.port)}${path}`);
  if (isEverywhere(host)) console.log("(from elsewhere with this machine's address in place of 127.0.0.1)");
}

const withoutBrackets = (host: string) => host.replace(/^\[|\]$/g, "");
const isEverywhere = (host: string) => host === "0.0.0.0" || host === "::";

function originOf(host: string, port: number): string {
  const shown = isEverywhere(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

/** Takes no new requests, and lets the open ones finish for a while. */
export const drain = (server: Deno.HttpServer): Promise<void> => drainPromise(server.shutdown());

/** Waits for what ends when open requests have finished, for a while. */
export async function drainPromise(ended: Promise<void>): Promise<void> {
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
}

/** Addresses of this machine in its networks: what people type into a phone. */
export function lanAddresses(): string[] {
  return Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    .map(({ address }) => address);
}

/** Ctrl-C or SIGTERM stops in order; a second one at once. */
export function onStopSignal(stop: () => void): void {
  let asked = false;
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      if (asked) Deno.exit(130);
      asked = true;
      console.error("stopping: finishing what was accepted (again to stop at once)");
      stop();
    });
  }
}
