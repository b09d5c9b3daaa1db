/**
 * Ports for servers that other processes open.
 *
 * @module
 */

/**
 * Below those that systems give to outgoing connections (Linux 32768 and up, others 49152): while a broker is down, no client's
 * connection can take its port.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/**
 * Finds free ports on 127.0.0.1. They are not held: at random, so that two processes that look at the same time do not meet.
 *
 * @param count how many, all different
 */
export function freePorts(count: number): number[] {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** Whether nothing listens there. */
export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
