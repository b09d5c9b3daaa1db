import assert from "node:assert/strict";
import { strToU8, zipSync } from "fflate";
import type { Label, ReadingBatch } from "../../log/records.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { newIngestCounters } from "../counters.ts";
import { DEFAULT_INGEST } from "../settings.ts";
import { Busy, Importer } from "./importer.ts";
import { ExportError } from "./sensor_logger.ts";

const NOW_MS = 1_767_225_600_000;
/** Two years before. */
const T_MS = NOW_MS - 2 * 365 * 86_400_000;
const row = (afterMs: number, ...values: unknown[]) =>
  `${T_MS + afterMs}000000,${afterMs / 1000},${values.join(",")}\n`;
const rows = (seconds: number) =>
  Array.from({ length: 50 * seconds }, (_, i) => row(20 * i, 0.1, 0.2, 9.8)).join("");
const zip = (files: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
const XYZ = "time,seconds_elapsed,z,y,x\n";
const recording = zip({
  "Accelerometer.csv": XYZ + rows(200),
  "Annotation.csv": "time,seconds_elapsed,text,millisecond_press_duration\n" + row(60_000, "running", 5) +
    row(120_000, "stop", 5),
  "Activity.csv": "time,seconds_elapsed,activity,confidence\n" + row(0, "walking", "high"),
});
const to = { deviceId: "phone-1", name: null };

function setup() {
  const stored:
    (Pick<ReadingBatch, "deviceId" | "sessionId" | "messageId" | "gravity" | "source" | "count"> & {
      first: number;
    })[] = [];
  const seen = new Set<string>();
  const labels: Label[] = [];
  const names: string[] = [];
  const fakes = { fault: null as Error | null, failAt: Infinity, known: [] as Label[] };
  const importer = new Importer({
    sink: {
      append({ deviceId, sessionId, messageId, gravity, source, count, tMs }) {
        if (fakes.fault && stored.length >= fakes.failAt) return Promise.reject(fakes.fault);
        const key = [deviceId, sessionId, messageId].join();
        const duplicate = seen.has(key);
        seen.add(key);
        if (!duplicate) {
          stored.push({ deviceId, sessionId, messageId, gravity, source, count, first: tMs[0] });
        }
        return Promise.resolve({ duplicate });
      },
    },
    settings: DEFAULT_INGEST,
    counters: newIngestCounters(),
    sessions: {
      label(_, label, by) {
        assert.equal(by, "ann");
        labels.push(label);
        return Promise.resolve();
      },
      rename: (_, { name }) => Promise.resolve(void names.push(name)),
    },
    store: { session: () => Promise.resolve({ labels: fakes.known }) },
    now: () => NOW_MS,
  });
  return { importer, stored, labels, names, fakes };
}

Deno.test("a recording of long ago becomes one session, at the times it was made", async () => {
  const { importer, stored, names } = setup();
  const imported = await importer.import(
    { name: "a.zip", bytes: recording },
    { ...to, name: "Morning" },
    "ann",
  );
  const { deviceId, sensor, accepted, rejected, duplicate } = imported;
  assert.deepEqual([deviceId, sensor, accepted, rejected, duplicate], [
    "phone-1",
    "accelerometer",
    10_000,
    0,
    0,
  ]);
  assert.deepEqual([imported.from, imported.to], [T_MS, T_MS + 199_980]);
  assert.equal(stored.length, 20);
  assert.deepEqual(new Set(stored.map(({ sessionId }) => sessionId)), new Set([imported.sessionId]));
  assert.deepEqual([stored[1].first, stored[1].gravity, stored[1].source], [
    T_MS + 10_000,
    "removed",
    "sensor-logger",
  ]);
  assert.deepEqual(names, ["Morning"]);
});

Deno.test("annotations are its labels, and what the phone thought is where nobody annotated", async () => {
  const { importer, labels, names } = setup();
  const imported = await importer.import({ name: "a.zip", bytes: recording }, to, "ann");
  assert.equal(imported.labels, 3);
  assert.deepEqual(labels.map(({ from, to, ...rest }) => ({ from: from - T_MS, to: to - T_MS, ...rest })), [
    { from: 0, to: 60_000, activity: "walking", source: "phone" },
    { from: 60_000, to: 120_000, activity: "running", source: "import" },
    { from: 120_000, to: 199_980, activity: "walking", source: "phone" },
  ]);
  assert.deepEqual(names, []);
});

Deno.test("what a person has labelled since is not labelled again, and a name that was given stays", async () => {
  const { importer, labels, names, fakes } = setup();
  const importing = () => importer.import({ name: "a.zip", bytes: recording }, { ...to, name: "Run" }, "ann");
  await importing();
  labels.length = 0;
  fakes.known = [
    { from: T_MS, to: T_MS + 100_000, activity: "stationary", source: "person" },
    { from: T_MS + 120_000, to: T_MS + 199_980, activity: "walking", source: "phone" },
  ];
  assert.equal((await importing()).labels, 1);
  assert.deepEqual(labels.map(({ from, to, source }) => [from - T_MS, to - T_MS, source]), [
    [120_000, 199_980, "phone"],
  ]);
  assert.deepEqual(names, ["Run"]);
});

Deno.test("imported again, whatever the file is called, everything is found to be there", async () => {
  const { importer, stored } = setup();
  const first = await importer.import({ name: "a.zip", bytes: recording }, to, "ann");
  const again = await importer.import({ name: "b.zip", bytes: recording }, to, "ann");
  assert.equal(again.sessionId, first.sessionId);
  assert.deepEqual([again.accepted, again.duplicate, stored.length], [0, 10_000, 20]);
});

Deno.test("an import that the log breaks off can be taken up again", async () => {
  const { importer, stored, fakes } = setup();
  fakes.fault = new Unavailable("the disk is full", 5);
  fakes.failAt = 7;
  const importing = () => importer.import({ name: "a.zip", bytes: recording }, to, "ann");
  await assert.rejects(importing(), Unavailable);
  fakes.fault = null;
  const { accepted, duplicate } = await importing();
  assert.deepEqual([accepted, duplicate, stored.length], [6500, 3500, 20]);
});

Deno.test("one import at a time", async () => {
  const { importer } = setup();
  const first = importer.import({ name: "a.zip", bytes: recording }, to, "ann");
  await assert.rejects(importer.import({ name: "a.zip", bytes: recording }, to, "ann"), Busy);
  await first;
  await importer.import({ name: "a.zip", bytes: recording }, to, "ann");
});

Deno.test("rows that are no readings are told, with their place; without one that is there is no session", async () => {
  const { importer, names } = setup();
  const bad = XYZ + row(0, 1, 2, 3) + row(20, "", 2, 3) + "0,0,1,2,3\n";
  const imported = await importer.import({ name: "Accelerometer.csv", bytes: strToU8(bad) }, to, "ann");
  assert.deepEqual([imported.accepted, imported.rejected], [1, 2]);
  assert.match(imported.errors[0], /^reading 2: z is NaN/);
  assert.match(imported.errors[1], /^reading 3: .* before the server's clock/);
  const none = XYZ + row(20, "", 2, 3);
  const { from, accepted } = await importer.import(
    { name: "Accelerometer.csv", bytes: strToU8(none) },
    { ...to, name: "x" },
    "ann",
  );
  assert.deepEqual([from, accepted, names], [null, 0, []]);
});

Deno.test("of a CSV with any name it is found out whether gravity is in the readings", async () => {
  const { importer, stored } = setup();
  const csv = strToU8(XYZ + rows(1));
  await importer.import({ name: "walk.csv", bytes: csv }, to, "ann");
  await importer.import({ name: "TotalAcceleration.csv", bytes: csv }, { ...to, deviceId: "b" }, "ann");
  assert.deepEqual(stored.map(({ gravity }) => gravity), ["unknown", "included"]);
});

Deno.test("what is no export leaves nothing behind", async () => {
  const { importer, stored } = setup();
  await assert.rejects(importer.import({ name: "a.csv", bytes: strToU8("a,b\n") }, to, "ann"), ExportError);
  await assert.rejects(importer.import({ name: "a.csv", bytes: strToU8("a,b\n") }, to, "ann"), ExportError);
  assert.deepEqual(stored, []);
});
