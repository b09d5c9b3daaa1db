import assert from "node:assert/strict";
import { HttpProblem } from "../problem.ts";
import { assertOwnPage } from "./own_page.ts";

function request(headers: Record<string, string>, method = "POST"): Request {
  return new Request("http://tracker.example:8000/api/devices", { method, headers });
}

const writes: [string, Record<string, string>, boolean][] = [
  ["without browser headers", {}, true],
  ["from its own page", { origin: "http://tracker.example:8000", "sec-fetch-site": "same-origin" }, true],
  ["from its own page through a proxy that speaks TLS", {
    origin: "https://tracker.example",
    host: "tracker.example",
  }, true],
  ["typed by the user", { "sec-fetch-site": "none" }, true],
  ["from another site", { origin: "https://evil.example" }, false],
  ["from another port", { origin: "http://tracker.example:3000" }, false],
  ["from a sandboxed frame", { origin: "null" }, false],
  ["from what is no origin", { origin: "tracker.example:8000" }, false],
  ["from a sibling site", { "sec-fetch-site": "same-site" }, false],
  ["from a foreign site by form", { "sec-fetch-site": "cross-site" }, false],
];
for (const [what, headers, allowed] of writes) {
  Deno.test(`assertOwnPage() ${allowed ? "passes" : "refuses"} a write ${what}`, () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const req = request(headers, method);
      if (allowed) assertOwnPage(req);
      else {
        assert.throws(
          () => assertOwnPage(req),
          (error) => error instanceof HttpProblem && error.status === 403,
        );
      }
    }
  });
}

Deno.test("assertOwnPage() lets a foreign page link here, because reading changes nothing", () => {
  for (const method of ["GET", "HEAD"]) assertOwnPage(request({ "sec-fetch-site": "cross-site" }, method));
});
