/**
 * Streams end when whoever reads them is no longer let in.
 *
 * @module
 */

/** How long a stream goes on after its reader was signed out at most, ms. */
const CHECK_MS = 10_000;

/**
 * Ends a response's body once its reader is out.
 *
 * @param isIn is asked every few seconds
 */
export function untilOut(response: Response, isIn: () => boolean, checkMs = CHECK_MS): Response {
  const reader = response.body!.getReader();
  let timer: ReturnType<typeof setInterval>;
  let isOver = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      timer = setInterval(() => {
        if (isIn()) return;
        end(controller);
        // What the source says to that is nobody's concern any more.
        reader.cancel().catch(() => {});
      }, checkMs);
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (isOver) return;
        if (done) end(controller);
        else controller.enqueue(value);
      } catch (error) {
        clearInterval(timer);
        throw error;
      }
    },
    cancel: (reason) => {
      clearInterval(timer);
      return reader.cancel(reason);
    },
    // The source counts what waits for a slow reader.
  }, { highWaterMark: 0 });

  function end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    isOver = true;
    clearInterval(timer);
    controller.close();
  }
  return new Response(body, response);
}
