import assert from "node:assert/strict";
import decodeQR from "qr/decode.js";
import { pairingAddresses, phoneOrigins, qrCode } from "./pairing.ts";
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
  const [{ url }] = pairingAddresses(alone, new URL("http://localhost:8000/devices"), "/ingest/k");
  assert.equal(url, "http://localhost:8000/ingest/k");
});
