import assert from "node:assert/strict";
import { windowRecord } from "../../log/testing/windows.ts";
import { createApp } from "../../web/app.ts";
import { FakeServices, fakeSession } from "../../web/testing/fake_services.ts";

const ASSETS = { files: new Map(), manifest: { boot: "", islands: {}, imports: {} } };

async function setUp(settings = {}) {
  const services = new FakeServices(settings);
  const app = await createApp(services, { assets: ASSETS });
  const request = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const length: Record<string, string> = text === undefined ? {} : { "content-length": `${text.length}` };
    return app.request(`http://localhost:8000${path}`, {
      method,
      headers: { ...length, ...headers },
      body: text,
    });
  };
  return { services, request };
}

Deno.test("an admin gets a code for a phone, and the phone exchanges it for a key, once", async () => {
  const { services, request } = await setUp({ lan: true });
  const offered = await request("POST", "/api/devices/phone-1/pairing", { name: "Anna's Pixel" });
  assert.equal(offered.status, 201);
  const { pages, expiresAtMs } = await offered.json();
  assert(expiresAtMs > Date.now());
  assert.deepEqual(pages.map(({ url, isSecure }: { url: string; isSecure: boolean }) => [url, isSecure]), [
    ["https://192.0.2.7:8443/phone#p=code-1", true],
    ["http://localhost:8000/phone#p=code-1", true],
    ["http://192.0.2.7:8000/phone#p=code-1", false],
  ]);
  assert.match(pages[0].qr.path, /^M\d/);
  const paired = await request("POST", "/api/pair", { code: "code-1" });
  assert.equal(paired.status, 200);
  assert.equal(paired.headers.get("cache-control"), "no-store");
  assert.deepEqual(Object.keys(await paired.json()), ["deviceId", "name", "key"]);
  assert.equal(services.devices.get("phone-1")?.name, "Anna's Pixel");
  const again = await request("POST", "/api/pair", { code: "code-1" });
  assert.equal(again.status, 404);
  assert.match((await again.json()).detail, /Scan the one that the Devices page shows now/);
});

Deno.test("a code that was used or has ended is gone, with what to do", async () => {
  const { services, request } = await setUp();
  for (const failure of ["used", "expired"] as const) {
    services.pairing.redeem = () => Promise.resolve(failure);
    const response = await request("POST", "/api/pair", { code: "x" });
    assert.equal(response.status, 410);
    assert.match((await response.json()).detail, /Make a new one on the Devices page/);
  }
});

Deno.test("a phone learns with its key what it is doing, and nobody else does", async () => {
  const { services, request } = await setUp();
  const { key } = await services.devices.issueKey("phone-1", "Anna's Pixel", "admin");
  const session = fakeSession("phone-1", 1_700_000_000_000, [["walking", 30]]);
  session.current = windowRecord(session, 1_700_000_000_000, { confidence: 0.9 });
  services.liveSessions = [session];
  const own = await request("GET", "/api/phone", undefined, { authorization: `Bearer ${key}` });
  const { deviceId, name, current } = await own.json();
  assert.deepEqual([own.status, deviceId, name], [200, "phone-1", "Anna's Pixel"]);
  assert.deepEqual([current.activity, current.confidence], ["walking", 0.9]);
  assert.equal((await request("GET", "/api/phone")).status, 401);
  assert.equal(
    (await request("GET", "/api/phone", undefined, { authorization: "Bearer nonsense" })).status,
    401,
  );
  await services.devices.revokeKey("phone-1", "admin");
  const revoked = await request("GET", "/api/phone", undefined, { authorization: `Bearer ${key}` });
  assert.equal(revoked.status, 403);
});

Deno.test("the authority's certificate is for everybody where the server speaks TLS, and nowhere else", async () => {
  const { services, request } = await setUp();
  assert.equal((await request("GET", "/ca.crt")).status, 404);
  assert.equal((await request("GET", "/trust")).status, 404);
  services.tls = { certificate: new Uint8Array([48, 3]), fingerprint: "AB:CD" };
  const certificate = await request("GET", "/ca.crt");
  assert.equal(certificate.headers.get("content-type"), "application/x-x509-ca-cert");
  assert.deepEqual([...new Uint8Array(await certificate.arrayBuffer())], [48, 3]);
  const page = await (await request("GET", "/trust")).text();
  assert.match(page, /AB:CD/);
  assert.match(page, /https:\/\/localhost:8443\/phone/);
});
