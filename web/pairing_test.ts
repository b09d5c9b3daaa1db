import assert from "node:assert/strict";
import decodeQR from "qr/decode.js";
import { keyAddresses, phoneOrigins, phonePages, qrCode, trustPage } from "./pairing.ts";
import { FakeServices } from "./testing/fake_services.ts";

/** Paints the path and lets a scanner read it. */
function scan({ size, path }: { size: number; path: string }): string {
  const SCALE = 4;
  const side = size * SCALE;
  const data = new Uint8ClampedArray(4 * side * side).fill(255);
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let py = +y * SCALE; py < (+y + 1) * SCALE; py++) {
      for (let px = +x * SCALE; px < (+x + +width) * SCALE; px++) {
        data.fill(0, 4 * (py * side + px), 4 * (py * side + px) + 3);
      }
    }
  }
  return decodeQR({ width: side, height: side, data });
}

Deno.test("a QR code gives back its text", () => {
  const url = `http://192.168.100.200:8000/ingest/at_${"x7-_".repeat(10)}abc`;
  assert.equal(scan(qrCode(url)), url);
});

Deno.test("phones are told the network's addresses, and the admin's own when that is not this machine", () => {
  const services = new FakeServices({ host: "0.0.0.0", port: 8443 });
  assert.deepEqual(phoneOrigins(services, new URL("http://localhost:9/")), ["http://192.0.2.7:8443"]);
  assert.deepEqual(phoneOrigins(services, new URL("https://tracker.example/")), [
    "https://tracker.example",
    "http://192.0.2.7:8443",
  ]);
  const alone = new FakeServices({ host: "127.0.0.1" });
  assert.deepEqual(phoneOrigins(alone, new URL("http://localhost:8000/")), []);
  const { pairing: [{ url }] } = keyAddresses(alone, new URL("http://localhost:8000/devices"), "k");
  assert.equal(url, "http://localhost:8000/ingest/k?hints=499");
});

Deno.test("apps get addresses that they trust: a proxy's certificate, never one that was only installed", () => {
  const services = new FakeServices({ lan: true, port: 8000, tlsPort: 8443 });
  const asked = new URL("https://192.0.2.7:8443/devices");
  const urls = (list: { url: string }[]) => list.map(({ url }) => url);
  const { ingestPath, pairing, phyphox } = keyAddresses(services, asked, "k");
  assert.equal(ingestPath, "/ingest/k");
  assert.deepEqual(urls(pairing), ["http://192.0.2.7:8000/ingest/k?hints=499"]);
  assert.deepEqual(urls(phyphox), ["phyphox://192.0.2.7:8000/ingest/phyphox/k/experiment"]);
  assert.equal(scan(phyphox[0].qr), phyphox[0].url);
  services.settings = { ...services.settings, publicUrl: "https://tracker.example" };
  assert.deepEqual(urls(keyAddresses(services, asked, "k").phyphox), [
    "phyphox://tracker.example/ingest/phyphox/k/experiment",
    "phyphox://192.0.2.7:8000/ingest/phyphox/k/experiment",
  ]);
});

Deno.test("the phone page's addresses are those a browser reads motion at first, a known certificate before our own", () => {
  const services = new FakeServices({ lan: true, publicUrl: "https://tracker.example" });
  const pages = phonePages(services, new URL("http://localhost:8000/devices"), "c");
  assert.deepEqual(pages.map(({ url, isSecure, isLocal }) => [url, isSecure, isLocal]), [
    ["https://tracker.example/phone#p=c", true, false],
    ["https://192.0.2.7:8443/phone#p=c", true, false],
    ["http://localhost:8000/phone#p=c", true, true],
    ["http://192.0.2.7:8000/phone#p=c", false, false],
  ]);
});

Deno.test("a phone learns to trust our certificate where it needs no certificate, if there is one to trust", () => {
  const services = new FakeServices({ lan: true });
  const asked = new URL("https://192.0.2.7:8443/devices");
  assert.equal(trustPage(services, asked), null);
  services.tls = { certificate: new Uint8Array([48, 3]), fingerprint: "AB:CD" };
  assert.equal(trustPage(services, asked)?.url, "http://192.0.2.7:8000/trust");
});
