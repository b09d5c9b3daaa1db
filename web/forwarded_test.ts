import assert from "node:assert/strict";
import fc from "fast-check";
import { clientOf } from "./forwarded.ts";

const PROXY = "10.0.0.1";

function client(headers: Record<string, string>, remote = PROXY, trusted = [PROXY]) {
  const { url, ...rest } = clientOf(
    new Request("http://127.0.0.1:8000/x?y=1", { headers }),
    remote,
    trusted,
  );
  return { ...rest, url: url.href };
}

Deno.test("without a proxy the peer is the client", () => {
  assert.deepEqual(client({}, "192.0.2.9"), {
    remote: "192.0.2.9",
    url: "http://127.0.0.1:8000/x?y=1",
    isHidden: false,
  });
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
    isHidden: false,
  });
});

Deno.test("headers of anybody else are not believed, and the request is known to hide its client", () => {
  for (const name of ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip"]) {
    assert.deepEqual(client({ [name]: "127.0.0.1" }, "192.0.2.9"), {
      remote: "192.0.2.9",
      url: "http://127.0.0.1:8000/x?y=1",
      isHidden: true,
    });
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
  assert.deepEqual(client(headers), {
    remote: PROXY,
    url: "http://127.0.0.1:8000/x?y=1",
    isHidden: false,
  });
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
