import assert from "node:assert/strict";
import type { Context } from "../../web/define.ts";
import { handler } from "./demo.ts";

Deno.test("POST /api/demo starts the demo and answers 202 with its session and length", async () => {
  const playing = { deviceId: "demo-phone", sessionId: "demo-1", durationMs: 120_000 };
  const context = { services: { demo: { start: () => playing } } } as unknown as Context;
  const answer = await handler!.POST!(context);
  assert.ok(answer instanceof Response);
  assert.equal(answer.status, 202);
  assert.deepEqual(await answer.json(), playing);
});
