import assert from "node:assert/strict";
import { readForm } from "./forms.ts";
import { HttpProblem } from "./problem.ts";

const TYPE = "application/x-www-form-urlencoded";
function request(headers: Record<string, string>, body = "name=a+b&x=%C3%A9"): Request {
  return new Request("http://a.example/", { method: "POST", body, headers });
}

Deno.test("readForm() reads the fields of a form", async () => {
  const form = await readForm(request({ "content-type": `${TYPE}; charset=UTF-8`, "content-length": "17" }));
  assert.deepEqual([...form], [["name", "a b"], ["x", "é"]]);
});

const REFUSED: [what: string, headers: Record<string, string>, status: number][] = [
  ["JSON", { "content-type": "application/json", "content-length": "2" }, 415],
  ["text, which any page can send", { "content-type": "text/plain", "content-length": "2" }, 415],
  ["a form of unknown length", { "content-type": TYPE }, 411],
  ["a form that is too long", { "content-type": TYPE, "content-length": "16385" }, 413],
  ["a length that is none", { "content-type": TYPE, "content-length": "x" }, 413],
];
for (const [what, headers, status] of REFUSED) {
  Deno.test(`readForm() refuses ${what}`, async () => {
    await assert.rejects(
      readForm(request(headers)),
      (error) => error instanceof HttpProblem && error.status === status,
    );
  });
}
