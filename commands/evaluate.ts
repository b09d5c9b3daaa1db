/**
 * `deno task evaluate`: runs labelled recordings through the code that classifies on the server, and says how
 * often it is right.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { ACTIVITIES } from "../log/records.ts";
import { SessionTable, type WindowResult } from "../stream/session_table.ts";
import { DEFAULT_WINDOW } from "../stream/settings.ts";
import { DEFAULT_THRESHOLDS, type Thresholds } from "../stream/thresholds.ts";
import { thresholdsSchema } from "../stream/thresholds_schema.ts";
import { Progress, STDERR, type Terminal } from "./progress.ts";
import { readIndex, type Readings, readRecording, type Recording } from "./recordings.ts";
import { Calibration, type Reliability, type Scores, Tally } from "./score.ts";
import { UsageError } from "./usage.ts";

/** What a phone sends at once. */
const BATCH_MS = 1000;
/**
 * The gravity filter of the server needs this long; a live session also shows its first windows as unknown.
 */
const SKIP_MS = 3000;
/** Recordings begin at 0, sessions in the present: any whole second of it will do (2026-01-01). */
const START_MS = 1_767_225_600_000;

/** What `--json` prints. */
export interface Report {
  datasets: Record<string, Scores>;
  overall: Scores;
  /** Over all windows. */
  reliability: Reliability["bins"];
  /** Expected calibration error, see {@link Reliability}. */
  ece: number;
  gravity: {
    recordings: number;
    /** Files whose stream was taken for something else than the index says. */
    wrong: string[];
  };
}

/**
 * The command.
 *
 * @returns the exit code: 0
 * @throws UsageError when the folder, a recording or the thresholds cannot be used
 */
export async function evaluate(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, thresholds: { type: "string" } },
  });
  if (positionals.length !== 1) {
    throw new UsageError(
      `${positionals.length} folders were given: expected one with an index.csv, for example evaluate recordings`,
    );
  }
  const thresholds = values.thresholds === undefined
    ? DEFAULT_THRESHOLDS
    : await readThresholds(values.thresholds);
  const report = await evaluateFolder(positionals[0], thresholds, STDERR);
  console.log(values.json ? JSON.stringify(report) : asText(report));
  return 0;
}

/**
 * Classifies every recording of a folder and compares its windows with its label. Windows that begin in the
 * first three seconds or end after the last reading are left out.
 *
 * @param dir a folder with an `index.csv`
 * @param terminal where progress is shown, when interactive
 */
export async function evaluateFolder(
  dir: string,
  thresholds: Thresholds,
  terminal: Terminal,
): Promise<Report> {
  const recordings = await readIndex(dir);
  const table = new SessionTable(DEFAULT_WINDOW, thresholds);
  const tallies = new Map<string, Tally>(), overall = new Tally(), calibration = new Calibration();
  const wrong: string[] = [];
  const progress = terminal.interactive ? new Progress("evaluate", recordings.length, terminal) : null;
  for (const recording of recordings) {
    const readings = await readRecording(recording.path);
    let tally = tallies.get(recording.dataset);
    if (tally === undefined) tallies.set(recording.dataset, tally = new Tally());
    const gravityRight = classifyRecording(table, readings, recording, (window) => {
      tally.add(recording.label, window.activity);
      overall.add(recording.label, window.activity);
      if (window.activity !== "unknown") {
        calibration.add(window.confidence, window.activity === recording.label);
      }
    });
    if (!gravityRight) wrong.push(recording.file);
    progress?.add(1, recording.file);
  }
  progress?.end();
  const { bins, ece } = calibration.reliability();
  return {
    datasets: Object.fromEntries([...tallies].map(([dataset, tally]) => [dataset, tally.scores()])),
    overall: overall.scores(),
    reliability: bins,
    ece,
    gravity: { recordings: recordings.filter(({ gravity }) => gravity !== "unknown").length, wrong },
  };
}

/**
 * Feeds one recording as a session, second by second and without telling whether it contains gravity: a
 * server is not told either.
 *
 * @returns whether the stream was taken for what the index says; true when that says unknown
 */
function classifyRecording(
  table: SessionTable,
  { tMs, xyz, count }: Readings,
  { gravity }: Recording,
  onWindow: (window: WindowResult) => void,
): boolean {
  const firstMs = tMs[0], lastMs = tMs[count - 1];
  const emit = (window: WindowResult) => {
    const startMs = window.windowStart - START_MS, endMs = window.timestamp - START_MS;
    if (startMs >= firstMs + SKIP_MS && endMs <= lastMs) onWindow(window);
  };
  const slot = table.open();
  for (let from = 0, to = 0; from < count; from = to) {
    while (to < count && tMs[to] < tMs[from] + BATCH_MS) to++;
    const batchMs = tMs.slice(from, to).map((t) => t + START_MS);
    table.feed(slot, batchMs, xyz.subarray(3 * from, 3 * to), to - from, "unknown", emit);
  }
  table.flush(slot, emit);
  const { included, unit } = table.gravityVerdict(slot);
  table.release(slot);
  return gravity === "unknown" || (included === (gravity === "included") && unit === "m/s2");
}

async function readThresholds(path: string): Promise<Thresholds> {
  const example = `expected JSON like ${JSON.stringify(DEFAULT_THRESHOLDS)}`;
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`${path}: no such file; ${example}`, { cause: error });
    }
    if (error instanceof SyntaxError) {
      throw new UsageError(`${path}: ${error.message}; ${example}`, { cause: error });
    }
    throw error;
  }
  const { data, error } = thresholdsSchema.safeParse(value);
  if (error) throw new UsageError(`${path}:\n${z.prettifyError(error)}\n${example}`);
  return data;
}

/** The report as tables for people. */
export function asText({ datasets, overall, reliability, ece, gravity }: Report): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const sets = [...Object.entries(datasets), ["overall", overall] as const];
  return [
    table(
      ["dataset", "windows", "accuracy", "macro-F1", "unknown"],
      sets.map((
        [name, s],
      ) => [name, `${s.windows}`, percent(s.accuracy), s.macroF1.toFixed(3), `${s.unknown}`]),
    ),
    table(
      ["dataset", "label", ...ACTIVITIES],
      sets.flatMap(([name, { confusion }]) =>
        Object.entries(confusion).map(([label, row]) => [name, label, ...ACTIVITIES.map((a) => `${row[a]}`)])
      ),
    ),
    table(
      ["confidence", "windows", "mean", "right"],
      reliability.map((bin) => [
        `${bin.from} to ${bin.to}`,
        `${bin.windows}`,
        percent(bin.meanConfidence),
        percent(bin.accuracy),
      ]),
    ),
    `expected calibration error ${percent(ece)}`,
    `gravity judged right in ${
      gravity.recordings - gravity.wrong.length
    } of ${gravity.recordings} recordings` +
    (gravity.wrong.length === 0 ? "" : `; wrong in ${gravity.wrong.join(", ")}`),
  ].join("\n\n");
}

function table(header: string[], rows: string[][]): string {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const isNumber = header.map((_, i) => rows.every((row) => /^[\d.]+( %)?$/.test(row[i])));
  return [header, ...rows]
    .map((row) =>
      row.map((cell, i) => isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ")
        .trimEnd()
    )
    .join("\n");
}
