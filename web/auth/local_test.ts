import assert from "node:assert/strict";
import { refusalOfForeign } from "./local.ts";

function request(url: string, headers: Record<string, string> = {}): Request {
  return new Request(url, { headers });
}

function refuses(req: Request, remote: string, detail: RegExp): void {
  const problem = refusalOfForeign(req, remote);
  assert.equal(problem?.status, 403);
  assert.match(problem.message, detail);
}

for (const remote of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]) {
  for (const host of ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"]) {
    Deno.test(`refusalOfForeign() passes peer ${remote} calling ${host}`, () => {
      assert.equal(refusalOfForeign(request(`http://${host}/`), remote), null);
    });
  }
}

for (
  const remote of ["192.168.1.20", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "127.0.0.1.evil.example", ""]
) {
  Deno.test(`refusalOfForeign() refuses peer ${JSON.stringify(remote)} whatever host it names`, () => {
    refuses(request("http://localhost:8000/"), remote, /only the machine that runs the server/);
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
  Deno.test(`refusalOfForeign() refuses host ${host}, which DNS rebinding could have made`, () => {
    refuses(request(`http://${host}/`), "127.0.0.1", /Use localhost/);
    refuses(request("http://localhost/", { host }), "127.0.0.1", /Use localhost/);
  });
}

for (const name of ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]) {
  Deno.test(`refusalOfForeign() refuses a request with ${name}, because a proxy's peer address says nothing`, () => {
    refuses(request("http://localhost/", { [name]: "x" }), "127.0.0.1", /through a proxy/);
  });
}
