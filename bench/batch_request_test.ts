import assert from "node:assert/strict";
import { BatchRequests, deviceName, READINGS_PER_BATCH } from "./batch_request.ts";

function read(requests: BatchRequests, phone: number, message: number, firstMs: number) {
  const into = new Uint8Array(requests.maxLength);
  const text = new TextDecoder().decode(into.subarray(0, requests.write(into, phone, message, firstMs)));
  const [head, body] = text.split("\r\n\r\n");
  return { head, body, value: JSON.parse(body) };
}

Deno.test("BatchRequests writes one valid message of a phone", () => {
  const keys = ["aaaa", "bbbb", "cccc", "dddd"];
  const { head, body, value } = read(
    new BatchRequests("127.0.0.1:80", "run", keys),
    3,
    42,
    1_763_999_999_000,
  );
  assert.match(head, /^POST \/sensor-data HTTP\/1.1\r\nHost: 127.0.0.1:80\r\n/);
  assert.match(head, /\r\nAuthorization: Bearer dddd$/);
  assert.match(head, new RegExp(`\r\nContent-Length: ${body.length}\r\n`));
  assert.equal(value.messageId, "00000042");
  assert.equal(value.deviceId, deviceName("run", 3));
  assert.equal(value.sessionId, `s-${deviceName("run", 3)}`);
  assert.equal(value.sensorReadings.length, READINGS_PER_BATCH);
  assert.equal(value.sensorReadings[49].timestamp, 1_763_999_999_980);
});

Deno.test("BatchRequests never sends the same values twice", () => {
  const requests = new BatchRequests("h", "run", []);
  const seen = new Set(Array.from({ length: 100 }, (_, i) => {
    return JSON.stringify(
      read(requests, 0, i, 1_763_999_999_000).value.sensorReadings.map((r: { values: number[] }) => r.values),
    );
  }));
  assert.equal(seen.size, 100);
});

Deno.test("BatchRequests writes a message that is sent again as it was", () => {
  const requests = new BatchRequests("h", "run", []);
  const first = read(requests, 1, 7, 1_763_999_999_000);
  read(requests, 2, 8, 1_763_999_999_000);
  assert.deepEqual(read(requests, 1, 7, 1_763_999_999_000), first);
});

Deno.test("BatchRequests leaves the key out where the server wants none", () => {
  assert.doesNotMatch(read(new BatchRequests("h", "run", []), 0, 0, 1_763_999_999_000).head, /Authorization/);
});

Deno.test("BatchRequests refuses keys of different lengths", () => {
  assert.throws(() => new BatchRequests("h", "run", ["a", "bb"]), RangeError);
});
