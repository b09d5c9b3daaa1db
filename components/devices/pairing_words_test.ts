import assert from "node:assert/strict";
import { seedMessage } from "../../ingest/schema.ts";
import { curlLine, formatLeft, toDeviceId } from "./pairing_words.ts";

Deno.test("formatLeft() counts down to 0 s and never under it", () => {
  assert.equal(formatLeft(580_000), "9\u00a0min 40\u00a0s");
  assert.equal(formatLeft(61_000), "1\u00a0min 01\u00a0s");
  assert.equal(formatLeft(59_400), "1\u00a0min 00\u00a0s");
  assert.equal(formatLeft(900), "1\u00a0s");
  assert.equal(formatLeft(-5), "0\u00a0s");
});

Deno.test("curlLine() is one line whose body is a message", () => {
  const line = curlLine("http://192.0.2.7:8000/ingest/at_k", 1_700_000_000_000);
  assert.ok(!line.includes("\n"));
  const [, url, body] = /^curl '([^']+)' -H '[^']+' -d '([^']+)'$/.exec(line)!;
  assert.equal(url, "http://192.0.2.7:8000/ingest/at_k");
  assert.equal(seedMessage.safeParse(JSON.parse(body)).success, true);
});

Deno.test("toDeviceId() is readable, and has something for names without Latin letters", () => {
  assert.equal(toDeviceId("Anna's Pixel 8", 0xffff), "anna-s-pixel-8-1ekf");
  assert.equal(toDeviceId("手机", 1), "phone-0001");
});
