/**
 * Waits for work, but no longer than a time; past it the work goes on unobserved.
 *
 * @param maxMs ms
 * @throws what the work throws within that time
 */
export async function atMost(maxMs: number, work: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, maxMs);
  try {
    await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
