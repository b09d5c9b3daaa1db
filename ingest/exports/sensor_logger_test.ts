import assert from "node:assert/strict";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { ExportError, MAX_JSON_BYTES, MAX_TEXT_BYTES, readExport, UNNAMED } from "./sensor_logger.ts";

const T_MS = 1_698_501_144_402;
const NS = (afterMs: number) => `${T_MS + afterMs}000000`;
const ACCELEROMETER = `time,seconds_elapsed,z,y,x\n${NS(0)},0.0,-0.1,-0.2,0.3\r\n${NS(10)},0.01,1,2,3\n`;
const TOTAL = `time,seconds_elapsed,z,y,x\n${NS(0)},0.0,9.8,0,0\n`;
const METADATA = "version,device name,recording epoch time,platform,sensors,standardisation\n" +
  '3,"Pixel 8, mine",1698501144000,android,Accelerometer|Annotation,false\n';
const ANNOTATION = `time,seconds_elapsed,text,millisecond_press_duration\n${NS(0)},0,walking,90\n${
  NS(9000)
},9,"say ""stop""",0\n${NS(60_000)},60,stop,1\n`;
const ACTIVITY = `time,seconds_elapsed,activity,confidence\n${NS(0)},0,stationary,high\n`;

/** @param files by name */
const zip = (files: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
const read = (name: string, file: Uint8Array | string) =>
  readExport(name, typeof file === "string" ? strToU8(file) : file);

Deno.test("a zip gives the sensor without gravity, the notes and the phone's name, and says what it has no use for", async () => {
  const recording = await read(
    "2023-10-28_13-52-24.zip",
    zip({
      "2023-10-28_13-52-24/TotalAcceleration.csv": TOTAL,
      "2023-10-28_13-52-24/Accelerometer.csv": ACCELEROMETER,
      "2023-10-28_13-52-24/Annotation.csv": ANNOTATION,
      "2023-10-28_13-52-24/Activity.csv": ACTIVITY,
      "2023-10-28_13-52-24/Metadata.csv": METADATA,
      "2023-10-28_13-52-24/WatchAccelerometer.csv": TOTAL,
      "2023-10-28_13-52-24/Camera/1698501144402.jpg": "…",
    }),
  );
  const [sensor, { count, tMs, xyz }] = recording.best()!;
  assert.deepEqual([sensor, count, [...tMs.subarray(0, 2)].map(Math.round)], ["accelerometer", 2, [
    T_MS,
    T_MS + 10,
  ]]);
  assert.deepEqual([...xyz.subarray(0, 6)], [0.3, -0.2, -0.1, 3, 2, 1]);
  assert.deepEqual(recording.notes.map(({ kind, activity }) => [kind, activity]), [
    ["annotation", "walking"],
    ["annotation", null],
    ["activity", "stationary"],
  ]);
  assert.equal(recording.deviceName, "Pixel 8, mine");
  assert.deepEqual([...recording.ignored], ["WatchAccelerometer"]);
});

Deno.test("a phone that cannot take gravity out has only the total", async () => {
  const recording = await read("a.zip", zip({ "TotalAcceleration.csv": TOTAL, "Gyroscope.csv": TOTAL }));
  assert.equal(recording.best()![0], "totalacceleration");
});

Deno.test("one CSV is of the sensor it is named after, also with words before it; of another name it is an acceleration", async () => {
  for (
    const [name, sensor] of [
      ["Accelerometer.csv", "accelerometer"],
      ["Walking_TotalAcceleration.csv", "totalacceleration"],
      ["walk.csv", UNNAMED],
      ["", UNNAMED],
    ]
  ) {
    assert.equal((await read(name, ACCELEROMETER)).best()![0], sensor, name);
  }
});

Deno.test("one CSV of all sensors is read by its columns", async () => {
  const recording = await read(
    "combined.csv",
    "time,seconds_elapsed,accelerometer_z,accelerometer_y,accelerometer_x,gyroscope_x,annotation_text,activity_activity\n" +
      `${NS(0)},0,-0.1,-0.2,0.3,1,walking,\n${NS(10)},0.01,1,2,3,1,,running\n${NS(20)},0.02,,,,1,,\n`,
  );
  const [sensor, { count, xyz }] = recording.best()!;
  assert.deepEqual([sensor, count, [...xyz.subarray(0, 3)]], ["accelerometer", 2, [0.3, -0.2, -0.1]]);
  assert.deepEqual(recording.notes.map(({ activity }) => activity), ["walking", "running"]);
});

Deno.test("the JSON export is read, whose values are all text", async () => {
  const rows = [
    { sensor: "Accelerometer", time: NS(0), seconds_elapsed: "0.2", z: "-0.1", y: "-0.2", x: "0.3" },
    { sensor: "Location", time: NS(5), latitude: "0.0" },
    { sensor: "Activity", time: NS(5), activity: "walking", confidence: "high" },
    { sensor: "Metadata", "device name": "iPhone" },
  ];
  const recording = await read("a.json", JSON.stringify(rows, null, 2));
  assert.deepEqual([...recording.best()![1].xyz.subarray(0, 3)], [0.3, -0.2, -0.1]);
  assert.deepEqual([recording.notes[0].activity, recording.deviceName], ["walking", "iPhone"]);
});

Deno.test("a value that is missing is no zero", async () => {
  const { xyz } = (await read("Accelerometer.csv", `time,x,y,z\n${NS(0)},,1,2\n`)).best()![1];
  assert.deepEqual([...xyz.subarray(0, 3)], [NaN, 1, 2]);
});

const whole = zip({ "Accelerometer.csv": ACCELEROMETER.repeat(100) });
for (
  const [what, name, file, expected] of [
    ["no file at all", "a.csv", "", /has no column "time"/],
    ["another table", "a.csv", "name,age\nx,3\n", /a\.csv has no column "time", in the header "name,age"/],
    ["a line without an end", "a.csv", "x".repeat(300_000), /has a line without an end/],
    ["a sensor of no use", "Gyroscope.csv", `time,pitch\n${NS(0)},3\n`, /no readings of a motion sensor/],
    ["a zip without motion", "a.zip", zip({ "Light.csv": "time,lux\n" }), /sensor, but Light: expected/],
    ["a cut zip", "a.zip", whole.subarray(0, whole.length - 200), /damaged or incomplete|no readings/],
    ["a zip that is not one", "a.zip", "PK\x03\x04 and so on, and on, and on, and on", /damaged|no readings/],
    ["JSON of something else", "a.json", "[1]", /an entry without a sensor/],
    ["broken JSON", "a.json", '[{"sensor":', /is not JSON/],
    ["long JSON", "a.json", "[" + " ".repeat(MAX_JSON_BYTES), /export it as a zip/],
  ] as [string, string, Uint8Array | string, RegExp][]
) {
  Deno.test(`refused with what was expected: ${what}`, () =>
    assert.rejects(read(name, file), (error) => {
      assert.ok(error instanceof ExportError, String(error));
      assert.match(error.message, expected);
      return true;
    }));
}

Deno.test("a zip that holds far more than it weighs is given up on the way", async () => {
  const text = new Uint8Array(MAX_TEXT_BYTES / 8).fill("x".charCodeAt(0));
  for (let at = 0; at < text.length; at += 50_000) text[at] = "\n".charCodeAt(0);
  text.set(strToU8("time,text\n"));
  const bomb = zipSync({ "Annotation.csv": text });
  assert.ok(bomb.length < 1e6);
  const many = concat(Array.from({ length: 9 }, () => localPart(bomb)));
  await assert.rejects(readExport("a.zip", many), /holds more than 536870912 bytes of readings/);
});

/** A zip's files without its directory at the end. */
const localPart = (bytes: Uint8Array) => bytes.subarray(0, lastIndexOf(bytes, [0x50, 0x4b, 0x01, 0x02]));

function lastIndexOf(bytes: Uint8Array, signature: number[]): number {
  for (let at = bytes.length - signature.length; at > 0; at--) {
    if (signature.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  throw new Error("no such signature");
}

function concat(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

Deno.test("whatever bytes are imported, they are read or refused with a reason", async () => {
  const damaged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
    const copy = whole.slice();
    copy[at] = byte;
    return copy;
  });
  const text = fc.array(
    fc.constantFrom("time", "x", "y", "z", ",", "\n", '"', "1", "accelerometer_x", "[", "{}"),
  )
    .map((words) => strToU8(words.join("")));
  const bytes = fc.oneof(
    damaged,
    text,
    fc.uint8Array({ maxLength: 60 }).map((array) => new Uint8Array(array)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("Accelerometer.csv", "x.csv", "a.zip"), bytes, async (name, file) => {
      try {
        assert.notEqual((await readExport(name, file)).best(), null);
      } catch (error) {
        if (!(error instanceof ExportError)) throw error;
      }
    }),
  );
});
