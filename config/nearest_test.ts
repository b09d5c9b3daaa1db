import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

Deno.test("nearest() finds small mistakes and nothing for other words", () => {
  assert.equal(nearest("strat", ["start", "replay"]), "start");
  assert.equal(nearest("port", ["PORT"]), "PORT");
  assert.equal(nearest("banana", ["start", "replay"]), undefined);
});
