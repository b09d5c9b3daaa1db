import assert from "node:assert/strict";
import { HttpProblem } from "./problem.ts";

Deno.test("HttpProblem answers with problem+json, its status and its headers", async () => {
  const problem = new HttpProblem(422, "walking is below stationary. Put it above, for example 1.9.", {
    errors: [{ pointer: "/walking", detail: "must be above /stationary" }],
    headers: { "retry-after": "3" },
  });
  const response = problem.toResponse();
  assert.equal(response.status, 422);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(response.headers.get("retry-after"), "3");
  assert.deepEqual(await response.json(), {
    type: "/problems/invalid",
    title: "Invalid values",
    status: 422,
    detail: "walking is below stationary. Put it above, for example 1.9.",
    errors: [{ pointer: "/walking", detail: "must be above /stationary" }],
  });
});

Deno.test("HttpProblem gives a status without a name of its own a stable type", () => {
  assert.equal(new HttpProblem(418, "no coffee").body.type, "/problems/status-418");
});
