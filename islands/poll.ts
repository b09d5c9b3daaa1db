/**
 * Asks the server again and again while the page is visible.
 *
 * @module
 */

/**
 * Asks until stopped.
 *
 * @param path of the API
 * @param intervalMs between two questions, and how long an answer may take, ms
 * @param onAnswer takes the answer; null when the server does not answer
 * @param firstMs when the first question comes, ms
 * @returns Stops it
 */
export function poll<T>(
  path: string,
  intervalMs: number,
  onAnswer: (answer: T | null) => void,
  firstMs = 0,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = async () => {
    if (!document.hidden) {
      const answer = await load<T>(path, intervalMs);
      if (stopped) return;
      onAnswer(answer);
    }
    timer = setTimeout(ask, intervalMs);
  };
  if (firstMs > 0) timer = setTimeout(ask, firstMs);
  else ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function load<T>(path: string, timeoutMs: number): Promise<T | null> {
  try {
    const response = await fetch(path, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
