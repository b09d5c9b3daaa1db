import assert from "node:assert/strict";
import { build } from "./build.ts";
import { UsageError } from "./usage.ts";

Deno.test("build() refuses arguments, because it knows none", async () => {
  await assert.rejects(
    build(["--watch"]),
    (error) => error instanceof UsageError && /--watch/.test(error.message),
  );
});
