import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Authority } from "./authority.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 28);
const NAMES = { hosts: ["localhost", "laptop.local"], addresses: ["127.0.0.1", "192.168.1.20", "fe80::1"] };

async function inFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(`${dir}/tls`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("the authority is made once and is the same after a restart", () =>
  inFolder(async (dir) => {
    const first = await Authority.open(dir, NOW);
    const second = await Authority.open(dir, NOW + DAY_MS);
    assert.deepEqual([first.isNew, second.isNew], [true, false]);
    assert.equal(second.authority.certificatePem, first.authority.certificatePem);
    assert.equal(await second.authority.fingerprint(), await first.authority.fingerprint());
  }));

Deno.test(
  "only its owner can read the key",
  { ignore: Deno.build.os === "windows" },
  () =>
    inFolder(async (dir) => {
      await Authority.open(dir, NOW);
      assert.equal((await Deno.stat(`${dir}/authority.pem`)).mode! & 0o777, 0o600);
      assert.equal((await Deno.stat(dir)).mode! & 0o777, 0o700);
    }),
);

Deno.test("OpenSSL takes a server's certificate as one of the authority's, for its names and no others", () =>
  inFolder(async (dir) => {
    const { authority } = await Authority.open(dir, NOW);
    const root = new X509Certificate(authority.certificatePem);
    const leaf = new X509Certificate((await authority.issue(NAMES, NOW)).cert);
    assert(leaf.verify(root.publicKey));
    assert(leaf.checkIssued(root));
    assert(root.ca && !leaf.ca);
    for (const host of NAMES.hosts) assert.equal(leaf.checkHost(host), host);
    for (const address of NAMES.addresses) assert.equal(leaf.checkIP(address), address);
    assert.equal(leaf.checkHost("example.com"), undefined);
    assert.equal(leaf.checkIP("192.168.1.21"), undefined);
  }));

Deno.test("a server's certificate is valid for as long as Apple allows, and yesterday", () =>
  inFolder(async (dir) => {
    const { authority } = await Authority.open(dir, NOW);
    const { cert, notAfterMs } = await authority.issue(NAMES, NOW);
    const leaf = new X509Certificate(cert);
    assert.equal(Date.parse(leaf.validFrom), NOW - DAY_MS);
    assert.equal(Date.parse(leaf.validTo), notAfterMs);
    assert.equal(notAfterMs - (NOW - DAY_MS), 397 * DAY_MS);
  }));

Deno.test("an authority that ends before a new server certificate would is made anew", () =>
  inFolder(async (dir) => {
    const first = await Authority.open(dir, NOW);
    const late = await Authority.open(dir, NOW + 3300 * DAY_MS);
    assert(late.isNew);
    assert.notEqual(late.authority.certificatePem, first.authority.certificatePem);
  }));

Deno.test("a file that is not an authority is not overwritten, and the error says what to do", () =>
  inFolder(async (dir) => {
    await Deno.mkdir(dir);
    await Deno.writeTextFile(`${dir}/authority.pem`, "not a certificate");
    await assert.rejects(
      Authority.open(dir, NOW),
      /authority\.pem cannot be used \(.*\): put back the file .* or remove it/,
    );
    assert.equal(await Deno.readTextFile(`${dir}/authority.pem`), "not a certificate");
  }));

Deno.test("a TLS client that trusts the authority reaches a server with its certificate, one that does not is refused", () =>
  inFolder(async (dir) => {
    const nowMs = Date.now();
    const { authority } = await Authority.open(dir, nowMs);
    const { cert, key } = await authority.issue(NAMES, nowMs);
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
      () => new Response("hello"),
    );
    const client = Deno.createHttpClient({ caCerts: [authority.certificatePem] });
    try {
      const url = `https://127.0.0.1:${server.addr.port}/`;
      assert.equal(await (await fetch(url, { client })).text(), "hello");
      await assert.rejects(fetch(url), (error: Error) => /UnknownIssuer/.test(String(error.cause)));
    } finally {
      client.close();
      await server.shutdown();
    }
  }));
