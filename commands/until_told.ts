/**
 * Commands that keep another process running.
 *
 * @module
 */

/**
 * Waits until this process is told to stop (SIGINT, SIGTERM) or the other one has ended.
 *
 * @returns whether it was told
 */
export async function untilTold(ended: Promise<void>): Promise<boolean> {
  let told = false;
  const stop = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      told = true;
      stop.resolve();
    });
  }
  await Promise.race([stop.promise, ended]);
  return told;
}
