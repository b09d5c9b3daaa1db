import assert from "node:assert/strict";
import { activityQuery, deviceRequest, sessionsQuery } from "./api_schemas.ts";
import { HttpProblem } from "./problem.ts";
import { parseBody, parseQuery } from "./validate.ts";

const url = (query: string) => new URL(`http://localhost/api?${query}`);

function problemOf(error: unknown): { status: number; pointers: string[]; detail: string } {
  assert.ok(error instanceof HttpProblem);
  const { status, body: { errors = [], detail } } = error;
  return { status, pointers: errors.map(({ pointer }) => pointer), detail };
}

Deno.test("parseQuery() fills in defaults, and an empty parameter counts as not given", () => {
  assert.deepEqual(parseQuery(sessionsQuery, url("deviceId=&limit=")), { limit: 50 });
  assert.deepEqual(parseQuery(sessionsQuery, url("live=false&limit=7")), { live: false, limit: 7 });
});

Deno.test("parseQuery() reads times as ms or ISO 8601", () => {
  const query = parseQuery(activityQuery, url("from=1764000000000&to=2025-11-25T00:00:00Z"));
  assert.deepEqual(query, { from: 1_764_000_000_000, to: Date.UTC(2025, 10, 25), limit: 1000, order: "asc" });
});

for (
  const [query, pointer] of [
    ["limit=0", "/limit"],
    ["limit=10001", "/limit"],
    ["limit=ten", "/limit"],
    ["limit=1.5", "/limit"],
    ["activity=flying", "/activity"],
    ["from=yesterday", "/from"],
    ["from=1764000000000&to=1764000000000", "/to"],
    ["order=up", "/order"],
    [`deviceId=${"x".repeat(129)}`, "/deviceId"],
    ["device=1", ""],
  ]
) {
  Deno.test(`parseQuery() answers 400 to ${query.slice(0, 40)} and points at it`, () => {
    assert.throws(() => parseQuery(activityQuery, url(query)), (error) => {
      const { status, pointers, detail } = problemOf(error);
      assert.deepEqual([status, pointers], [400, [pointer]]);
      assert.ok(detail.includes(pointer.slice(1)) && detail.length > 25, detail);
      return true;
    });
  });
}

const request = (body: string, headers: Record<string, string> = { "content-length": String(body.length) }) =>
  new Request("http://localhost/api/devices", { method: "POST", body, headers });

Deno.test("parseBody() returns what the schema makes of the JSON", async () => {
  assert.deepEqual(await parseBody(deviceRequest, request('{"deviceId":"phone-1"}')), {
    deviceId: "phone-1",
    name: null,
  });
});

for (
  const [name, req, status, pointers] of [
    ["no JSON", request("{"), 400, []],
    ["a wrong field", request('{"deviceId":5}'), 400, ["/deviceId"]],
    ["an unknown field", request('{"deviceId":"a","key":"b"}'), 400, [""]],
    ["no length", request("{}", {}), 411, []],
    ["a length past the limit", request("{}", { "content-length": "65537" }), 413, []],
  ] as const
) {
  Deno.test(`parseBody() answers ${status} to ${name}`, async () => {
    await assert.rejects(parseBody(deviceRequest, req), (error) => {
      const problem = problemOf(error);
      assert.deepEqual([problem.status, problem.pointers], [status, pointers]);
      return true;
    });
  });
}
