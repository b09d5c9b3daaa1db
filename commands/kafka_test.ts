import assert from "node:assert/strict";
import { kafka } from "./kafka.ts";
import { UsageError } from "./usage.ts";

Deno.test("kafka() refuses arguments, because it knows none", async () => {
  await assert.rejects(
    kafka(["--nodes"]),
    (error) => error instanceof UsageError && /--nodes/.test(error.message),
  );
});
