import assert from "node:assert/strict";
import { DEFAULT_THRESHOLDS } from "../stream/thresholds.ts";
import { asText, evaluate, evaluateFolder } from "./evaluate.ts";
import type { Terminal } from "./progress.ts";
import { UsageError } from "./usage.ts";

const DIR = new URL("../stream/testdata", import.meta.url).pathname;

function terminal(interactive: boolean) {
  let shown = "";
  const terminal: Terminal = { interactive, columns: () => 120, write: (text) => void (shown += text) };
  return { terminal, shown: () => shown };
}

/** Runs with a file that holds the text and is removed afterwards. */
async function withFile(text: string, run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, text);
    await run(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("evaluateFolder() finds every window of the three test recordings right", async () => {
  const { datasets, overall, gravity, reliability, ece } = await evaluateFolder(
    DIR,
    DEFAULT_THRESHOLDS,
    terminal(false).terminal,
  );
  assert.deepEqual(Object.keys(datasets), ["hhar_still", "s8pocket", "wisdm2019"]);
  // Windows begin from 3 s on and end by the last reading, just before 35 s: ends 8 s to 34 s.
  assert.deepEqual(datasets.s8pocket, {
    windows: 27,
    accuracy: 1,
    macroF1: 1,
    unknown: 0,
    confusion: { walking: { stationary: 0, walking: 27, running: 0, unknown: 0 } },
  });
  assert.equal(overall.windows, 81);
  assert.equal(overall.accuracy, 1);
  assert.deepEqual(gravity, { recordings: 3, wrong: [] });
  assert.equal(reliability.reduce((sum, { windows }) => sum + windows, 0), 81);
  assert.ok(ece < 0.05);
});

Deno.test("evaluateFolder() judges by the given thresholds", async () => {
  const { datasets } = await evaluateFolder(
    DIR,
    { ...DEFAULT_THRESHOLDS, walkingMs2: 50, runningMs2: 60, cadence: null },
    terminal(false).terminal,
  );
  assert.equal(datasets.hhar_still.accuracy, 1);
  assert.deepEqual(datasets.wisdm2019.confusion.running, {
    stationary: 27,
    walking: 0,
    running: 0,
    unknown: 0,
  });
});

Deno.test("evaluateFolder() shows progress on a terminal only", async () => {
  const interactive = terminal(true), log = terminal(false);
  await evaluateFolder(DIR, DEFAULT_THRESHOLDS, interactive.terminal);
  await evaluateFolder(DIR, DEFAULT_THRESHOLDS, log.terminal);
  assert.match(interactive.shown(), /100 %/);
  assert.equal(log.shown(), "");
});

Deno.test("asText() shows scores, confusion, reliability and gravity", async () => {
  const text = asText(await evaluateFolder(DIR, DEFAULT_THRESHOLDS, terminal(false).terminal));
  assert.match(text, /^dataset +windows +accuracy +macro-F1 +unknown$/m);
  assert.match(text, /^s8pocket +27 +100\.0 % +1\.000 +0$/m);
  assert.match(text, /^wisdm2019 +running +0 +0 +27 +0$/m);
  assert.match(text, /^gravity judged right in 3 of 3 recordings$/m);
});

Deno.test("evaluate() refuses no folder, two folders and a missing one", async () => {
  await assert.rejects(evaluate([]), UsageError);
  await assert.rejects(evaluate(["a", "b"]), /2 folders were given: expected one with an index.csv/);
  await assert.rejects(evaluate(["no-such-folder"]), /no-such-folder\/index.csv: no such file/);
});

Deno.test("evaluate() refuses thresholds that are missing, no JSON or not ordered, with an example", async () => {
  await assert.rejects(
    evaluate([DIR, "--thresholds", "no-such.json"]),
    /no-such.json: no such file; expected JSON like \{"version":1/,
  );
  await withFile("{", (path) => assert.rejects(evaluate([DIR, "--thresholds", path]), /expected JSON like/));
  await withFile(
    JSON.stringify({ ...DEFAULT_THRESHOLDS, runningMs2: 1 }),
    (path) => assert.rejects(evaluate([DIR, "--thresholds", path]), /must be above walkingMs2 \(1.9\)/),
  );
});
