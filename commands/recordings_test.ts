import assert from "node:assert/strict";
import { readIndex, readRecording } from "./recordings.ts";

const HEADER = "file,dataset,subject,label,original_label,rate_hz,samples,duration_s,gravity,placement\n";
const ROW = 'a/1.csv,set,s1,walking,ups,50,100,2,included,"pocket, ""left"""\n';

/** Runs with a folder that holds the given files and is removed afterwards. */
async function withFiles(
  files: Record<string, string | Uint8Array>,
  run: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeFile(
        `${dir}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).bytes();
}

Deno.test("readIndex() reads quoted fields, and columns in any order", () =>
  withFiles({ "index.csv": HEADER + ROW }, async (dir) => {
    assert.deepEqual(await readIndex(`${dir}/`), [{
      file: "a/1.csv",
      path: `${dir}/a/1.csv`,
      dataset: "set",
      subject: "s1",
      label: "walking",
      originalLabel: "ups",
      rateHz: 50,
      durationS: 2,
      gravity: "included",
      placement: 'pocket, "left"',
    }]);
  }));

for (
  const [what, index, message] of [
    ["a missing column", HEADER.replace("label,", "") + ROW, /line 1 lacks the column\(s\) label; expected/],
    ["a row with too few fields", `${HEADER}a.csv,set\n`, /line 2: has 2 fields, the header has 10/],
    [
      "an unknown label",
      HEADER + ROW.replace("walking", "flying"),
      /line 2: label "flying" is not one of stationary, walking/,
    ],
    [
      "an unknown gravity",
      HEADER + ROW.replace("included", "yes"),
      /line 2: gravity "yes" is not one of included/,
    ],
    [
      "a rate that is no number",
      HEADER + ROW.replace(",50,", ",fast,"),
      /line 2: rate_hz "fast" is not a number above 0/,
    ],
    [
      "a file outside the folder",
      HEADER + ROW.replace("a/1.csv", "../1.csv"),
      /line 2: file "..\/1.csv" must be a path inside/,
    ],
    ["an absolute file", HEADER + ROW.replace("a/1.csv", "/1.csv"), /must be a path inside the folder/],
    ["no rows", HEADER, /lists no recordings/],
  ] as const
) {
  Deno.test(`readIndex() refuses ${what}`, () =>
    withFiles({ "index.csv": index }, (dir) => assert.rejects(readIndex(dir), message)));
}

Deno.test("readIndex() says what it expected when the folder does not exist", () =>
  assert.rejects(
    readIndex("no-such-folder"),
    /no-such-folder\/index.csv: no such file; expected a folder with an index.csv/,
  ));

Deno.test("readRecording() reads plain and gzip-compressed CSV", async () => {
  const text = "t_ms,x,y,z\r\n0,0.5,-1,9.81\n20.5,1e-1,2,3\n\n";
  const expected = {
    count: 2,
    tMs: Float64Array.of(0, 20.5),
    xyz: Float64Array.of(0.5, -1, 9.81, 0.1, 2, 3),
  };
  await withFiles({ "a.csv": text, "b.csv.gz": await gzip(text) }, async (dir) => {
    assert.deepEqual(await readRecording(`${dir}/a.csv`), expected);
    assert.deepEqual(await readRecording(`${dir}/b.csv.gz`), expected);
  });
});

for (
  const [what, text, message] of [
    ["another header", "time,x,y,z\n0,1,2,3\n", /line 1 is "time,x,y,z", expected the header t_ms,x,y,z/],
    ["a line with three numbers", "t_ms,x,y,z\n0,1,2\n", /line 2 is "0,1,2", expected four numbers/],
    [
      "a field that is no number",
      "t_ms,x,y,z\n0,1,2,3\n20,1,,3\n",
      /line 3 is "20,1,,3", expected four numbers/,
    ],
    ["infinity", "t_ms,x,y,z\n0,1,2,Infinity\n", /expected four numbers/],
    ["time that goes back", "t_ms,x,y,z\n20,1,2,3\n0,1,2,3\n", /line 3 goes back in time/],
    ["no readings", "t_ms,x,y,z\n", /holds no readings/],
  ] as const
) {
  Deno.test(`readRecording() refuses ${what}`, () =>
    withFiles({ "a.csv": text }, (dir) => assert.rejects(readRecording(`${dir}/a.csv`), message)));
}

Deno.test("readRecording() refuses a gzip file that is cut short, or none", async () => {
  const whole = await gzip("t_ms,x,y,z\n0,1,2,3\n");
  await withFiles(
    { "cut.csv.gz": whole.slice(0, -9), "plain.csv.gz": "t_ms,x,y,z\n0,1,2,3\n" },
    async (dir) => {
      await assert.rejects(readRecording(`${dir}/cut.csv.gz`), /is not a whole gzip file/);
      await assert.rejects(readRecording(`${dir}/plain.csv.gz`), /is not a whole gzip file/);
    },
  );
});
