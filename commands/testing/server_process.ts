/**
 * The server as people start it, for tests and benchmarks that run it as a child process.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };

/** The arguments for `deno` that the `start` task gives, permissions and all; run them in the project's folder. */
export function startTaskArgs(): string[] {
  const words = config.tasks.start.command.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ""));
  return words.slice(1);
}

/**
 * Waits for the line "ready http://…" on the server's standard output; what follows is read and dropped, so that the pipe never
 * fills.
 *
 * @returns the address once it is there, and when the output has ended
 */
export function whenReady(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): { url: Promise<string>; drained: Promise<void> } {
  const ready = Promise.withResolvers<string>();
  const drain = async () => {
    let text = "";
    let url: string | undefined;
    for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
      if (url) continue;
      text += chunk;
      url = /^ready (http\S+)$/m.exec(text)?.[1];
      if (url) ready.resolve(url);
    }
    ready.reject(new Error(`the server ended without a line "ready http://…"; it printed:\n${text}`));
  };
  const drained = drain();
  drained.catch(ready.reject);
  return { url: ready.promise, drained };
}
