/**
 * `deno task build`: makes what the browser runs, so that starting the server needs no permission to run esbuild.
 *
 * @module
 */
import { writeAssets } from "../web/build.ts";
import { UsageError } from "./usage.ts";

/**
 * Builds the islands into `static/build/` and prints what was made.
 *
 * @param args None are known
 * @returns 0
 * @throws {UsageError} When there are arguments
 */
export async function build(args: string[]): Promise<number> {
  if (args.length > 0) throw new UsageError(`build takes no arguments, but was given ${args.join(" ")}`);
  const files = await writeAssets();
  for (const { path, bytes } of files) {
    console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  static${path}`);
  }
  return 0;
}
