import assert from "node:assert/strict";
import { gravityOf, NO_MOTION, sensorRank } from "./sensors.ts";

Deno.test("sensorRank() does not look at case and punctuation", () => {
  for (
    const name of ["linearacceleration", "linear_acceleration", "Linear Acceleration", "linear-acceleration"]
  ) {
    assert.equal(sensorRank(name), sensorRank("linearacceleration"));
  }
  assert.equal(sensorRank("Accelerometer "), 0);
});

Deno.test("sensorRank() prefers the accelerometer, then linear, total and uncalibrated acceleration", () => {
  const names = ["accelerometer", "linear_acceleration", "totalacceleration", "accelerometeruncalibrated"];
  const ranks = names.map(sensorRank);
  assert.deepEqual(ranks, [...ranks].sort((a, b) => a - b));
});

Deno.test("sensorRank() finds no motion sensor in other names", () => {
  for (
    const name of [
      "",
      "gravity",
      "gyroscope",
      "wrist motion",
      "constructor",
      "accelerometer2",
      "!".repeat(1e6),
    ]
  ) {
    assert.equal(sensorRank(name), NO_MOTION);
  }
});

for (
  const [name, source, gravity] of [
    ["accelerometer", "sensor-logger", "removed"],
    ["accelerometer", "seed", "unknown"],
    ["linearacceleration", "seed", "removed"],
    ["acceleration", "seed", "removed"],
    ["useracceleration", "sensor-logger", "removed"],
    ["totalacceleration", "sensor-logger", "included"],
    ["accelerationincludinggravity", "seed", "included"],
    ["accelerometeruncalibrated", "sensor-logger", "included"],
  ] as const
) {
  Deno.test(`gravity of ${name} in the ${source} shape is ${gravity}`, () => {
    assert.equal(gravityOf(sensorRank(name), source), gravity);
  });
}
