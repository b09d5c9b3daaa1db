/**
 * The `start` task's own command line, for tests and benchmarks that run the server as people do.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };

/** The arguments for `deno` that the task gives, permissions and all; run them in the project's folder. */
export function startTaskArgs(): string[] {
  const words = config.tasks.start.command.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ""));
  return words.slice(1);
}
