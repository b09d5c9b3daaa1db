import assert from "node:assert/strict";
import { describeLan } from "./lan.ts";

Deno.test("phones are told where to go, as text and as a QR code, and what to trust the first time", () => {
  const text = describeLan(["192.168.1.20", "10.0.0.5"], 8443, "AB:CD");
  assert.match(
    text,
    /^phones open https:\/\/192\.168\.1\.20:8443\/phone\n\s+or https:\/\/10\.0\.0\.5:8443\/phone\n/,
  );
  assert.match(text, /\/trust, shows how; fingerprint\n\s+AB:CD\n/);
  assert(text.split("\n").length > 15);
  assert.doesNotMatch(describeLan(["192.168.1.20"], 8443, null), /trust/);
});

Deno.test("a machine without a network says so", () => {
  assert.match(describeLan([], 8443, null), /in no network/);
});
