import assert from "node:assert/strict";
import { UsageError } from "../commands/usage.ts";
import { bench } from "./bench.ts";

Deno.test("bench() refuses options that are wrong before it starts anything", async () => {
  const wrong: [string[], RegExp][] = [
    [[], /nothing is no benchmark: expected one of ingest, stream, e2e, conns, live, snowflake, kafka/],
    [["e2e", "--phones", "many"], /--phones is "many": expected a whole number/],
    [["kafka", "--overload", "0.5"], /--overload is "0.5": expected a number from 1 to 100/],
    [["kafka", "--loader", "phones"], /--loader is "phones": expected go:PATH/],
  ];
  for (const [args, message] of wrong) {
    await assert.rejects(bench(args), (error) => error instanceof UsageError && message.test(error.message));
  }
});
