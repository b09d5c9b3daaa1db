import assert from "node:assert/strict";
import fc from "fast-check";
import { throughProxy } from "./forwarded.ts";

const PROXY = "10.0.0.1";

function client(headers: Record<string, string>, remote = PROXY, trusted = [PROXY]) {
  const { req, remote: found } = throughProxy(
    new Request("http://127.0.0.1:8000/x?y=1", { headers: { host: "127.0.0.1:8000", ...headers } }),
    remote,
    trusted,
  );
  return { remote: found, url: req.url, host: req.headers.get("host") };
}

const DIRECT = { url: "http://127.0.0.1:8000/x?y=1", host: "127.0.0.1:8000" };

Deno.test("without a proxy the request is as it came", () => {
  const req = new Request("http://127.0.0.1:8000/");
  assert.equal(throughProxy(req, "192.0.2.9", [PROXY]).req, req);
  assert.deepEqual(client({}, "192.0.2.9"), { remote: "192.0.2.9", ...DIRECT });
});

Deno.test("a trusted proxy tells the client, the scheme and the host", () => {
  const headers = {
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "tracker.example.org",
  };
  assert.deepEqual(client(headers), {
    remote: "198.51.100.7",
    url: "https://tracker.example.org/x?y=1",
    host: "tracker.example.org",
  });
});

Deno.test("method, body and the other headers pass, the proxy's own do not", async () => {
  const { req } = throughProxy(
    new Request("http://127.0.0.1/", {
      method: "POST",
      body: "hello",
      headers: { authorization: "Bearer x", "x-forwarded-for": "198.51.100.7", "x-real-ip": "198.51.100.7" },
    }),
    PROXY,
    [PROXY],
  );
  assert.deepEqual([req.method, await req.text()], ["POST", "hello"]);
  assert.equal(req.headers.get("authorization"), "Bearer x");
  assert.equal(req.headers.get("x-forwarded-for") ?? req.headers.get("x-real-ip"), null);
});

Deno.test("headers of anybody else are not believed", () => {
  for (const name of ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip"]) {
    assert.deepEqual(client({ [name]: "127.0.0.1" }, "192.0.2.9"), { remote: "192.0.2.9", ...DIRECT });
  }
});

Deno.test("what the client itself wrote into the header is not believed", () => {
  assert.equal(client({ "x-forwarded-for": "127.0.0.1, 198.51.100.7" }).remote, "198.51.100.7");
  const inner = "10.0.0.2";
  const headers = { "x-forwarded-for": `127.0.0.1, 198.51.100.7, ${inner}` };
  assert.equal(client(headers, PROXY, [PROXY, inner]).remote, "198.51.100.7");
});

Deno.test("rubbish in the headers changes nothing", () => {
  const headers = {
    "x-forwarded-for": "unknown",
    "x-forwarded-proto": "gopher",
    "x-forwarded-host": "a/b@c",
  };
  assert.deepEqual(client(headers), { remote: PROXY, ...DIRECT });
});

Deno.test("IPv4 in an IPv6 address is the same peer", () => {
  assert.equal(client({ "x-forwarded-for": "198.51.100.7" }, `::ffff:${PROXY}`).remote, "198.51.100.7");
});

Deno.test("no header makes a peer that is not trusted look like another", () => {
  const value = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()).map((text) => text.replace(/[^\x20-\x7e]/g, ""));
  fc.assert(fc.property(value, value, (forwardedFor, host) => {
    const headers = { "x-forwarded-for": forwardedFor, "x-forwarded-host": host };
    return client(headers, "192.0.2.9").remote === "192.0.2.9";
  }));
});
