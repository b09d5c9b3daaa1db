import assert from "node:assert/strict";
import { assertLocal, isOpen } from "./access.ts";
import { HttpProblem } from "./problem.ts";

function request(url: string, headers: Record<string, string> = {}, method = "GET"): Request {
  return new Request(url, { method, headers });
}

function refuses(req: Request, remote: string, detail: RegExp): void {
  assert.throws(() => assertLocal(req, remote), (error) => {
    assert(error instanceof HttpProblem);
    assert.equal(error.status, 403);
    assert.match(error.message, detail);
    return true;
  });
}

for (const path of ["/sensor-data", "/ingest/:token", "/ingest/phyphox/abc", "/healthz", "/readyz"]) {
  Deno.test(`isOpen() lets any peer call ${path}`, () => assert(isOpen(path)));
}

for (
  const path of ["/", "/api/live", "/ingest", "/sensor-data/x", "/metrics", "/api/sensor-data", "/healthz/x"]
) {
  Deno.test(`isOpen() keeps ${path} for this machine`, () => assert(!isOpen(path)));
}

for (const remote of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]) {
  for (const host of ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"]) {
    Deno.test(`assertLocal() passes peer ${remote} calling ${host}`, () => {
      assertLocal(request(`http://${host}/`), remote);
    });
  }
}

for (
  const remote of ["192.168.1.20", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "127.0.0.1.evil.example", ""]
) {
  Deno.test(`assertLocal() refuses peer ${JSON.stringify(remote)} whatever host it names`, () => {
    refuses(request("http://localhost:8000/"), remote, /on the machine that runs the server/);
  });
}

for (
  const host of [
    "tracker.example",
    "192.168.1.5:8000",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "0.0.0.0:8000",
  ]
) {
  Deno.test(`assertLocal() refuses host ${host}, which DNS rebinding could have made`, () => {
    refuses(request(`http://${host}/`), "127.0.0.1", /Use localhost/);
    refuses(request("http://localhost/", { host }), "127.0.0.1", /Use localhost/);
  });
}

for (const name of ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]) {
  Deno.test(`assertLocal() refuses a request with ${name}, because a proxy's peer address says nothing`, () => {
    refuses(request("http://localhost/", { [name]: "x" }), "127.0.0.1", /through a proxy/);
  });
}

const writes: [string, Record<string, string>, boolean][] = [
  ["without browser headers", {}, true],
  ["from its own page", { origin: "http://localhost:8000", "sec-fetch-site": "same-origin" }, true],
  ["typed by the user", { "sec-fetch-site": "none" }, true],
  ["from another site", { origin: "https://evil.example" }, false],
  ["from another port", { origin: "http://localhost:3000" }, false],
  ["from a sandboxed frame", { origin: "null" }, false],
  ["from a sibling site", { "sec-fetch-site": "same-site" }, false],
  ["from a foreign site by form", { "sec-fetch-site": "cross-site" }, false],
];
for (const [what, headers, allowed] of writes) {
  Deno.test(`assertLocal() ${allowed ? "passes" : "refuses"} a write ${what}`, () => {
    const req = request("http://localhost:8000/api/devices", headers, "POST");
    if (allowed) assertLocal(req, "::1");
    else refuses(req, "::1", /Another site/);
  });
}

Deno.test("assertLocal() lets a foreign page link here, because reading changes nothing", () => {
  assertLocal(request("http://localhost/", { "sec-fetch-site": "cross-site" }), "127.0.0.1");
});
