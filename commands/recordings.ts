/**
 * Reads recordings: a folder with `index.csv` (what was recorded) and one CSV of readings per recording. Used
 * by `evaluate` and `replay`.
 *
 * @module
 */
import { type Gravity, LABEL_ACTIVITIES, type LabelActivity } from "../log/records.ts";
import { UsageError } from "./usage.ts";

/** What a recording can be labelled with. */
export type Label = LabelActivity;
export const LABELS: readonly Label[] = LABEL_ACTIVITIES;

/** One row of `index.csv`. */
export interface Recording {
  /** As in the index, relative to its folder. */
  file: string;
  /** Where to read it. */
  path: string;
  dataset: string;
  /** Whose phone; recordings of one subject are never split between tuning and testing. */
  subject: string;
  label: Label;
  /** The source's own, finer label, for example `ups` for stairs. */
  originalLabel: string;
  rateHz: number;
  durationS: number;
  gravity: Gravity;
  placement: string;
}

/** The readings of one recording, as columns; `tMs` as in the file (usually from 0). */
export interface Readings {
  count: number;
  tMs: Float64Array;
  /** `xyz[3*i .. 3*i+2]` are the axes of reading i. */
  xyz: Float64Array;
}

/** A recording or an index that cannot be used; the message says which line and what was expected. */
export class RecordingError extends UsageError {
  override name = "RecordingError";
}

/** A day at 200 Hz is about 500 MB of text; past this a file is a mistake, not a recording. */
export const MAX_RECORDING_BYTES = 512 * 2 ** 20;

const INDEX = "index.csv";
const COLUMNS = [
  "file",
  "dataset",
  "subject",
  "label",
  "original_label",
  "rate_hz",
  "duration_s",
  "gravity",
  "placement",
] as const;
const GRAVITIES: readonly Gravity[] = ["included", "removed", "unknown"];

/**
 * Reads the index of a folder of labelled recordings.
 *
 * @param dir Folder that holds `index.csv`; columns
 * `file,dataset,subject,label,original_label,rate_hz,duration_s,gravity,placement` in any order, others are
 * ignored.
 * @returns Its recordings in the order of the index.
 * @throws {RecordingError} When the folder or the index is missing, or a row cannot be used.
 */
export async function readIndex(dir: string): Promise<Recording[]> {
  const path = `${dir.replace(/\/+$/, "")}/${INDEX}`;
  const lines = new TextDecoder().decode(await readBytes(path)).split(/\r?\n/);
  const header = csvFields(lines[0]);
  const missing = COLUMNS.filter((c) => !header.includes(c));
  if (missing.length > 0) {
    throw new RecordingError(
      `${path}: line 1 lacks the column(s) ${missing.join(", ")}; expected at least: ${COLUMNS.join(",")}`,
    );
  }
  const at = Object.fromEntries(COLUMNS.map((c) => [c, header.indexOf(c)])) as Record<
    typeof COLUMNS[number],
    number
  >;
  const recordings: Recording[] = [];
  for (let n = 1; n < lines.length; n++) {
    if (lines[n] === "") continue;
    const fields = csvFields(lines[n]);
    const wrong = (what: string) => new RecordingError(`${path}: line ${n + 1}: ${what}`);
    if (fields.length !== header.length) {
      throw wrong(
        `has ${fields.length} fields, the header has ${header.length}; quote a field with a comma: "on a table, face up"`,
      );
    }
    const file = fields[at.file];
    const label = LABELS.find((known) => known === fields[at.label]);
    const gravity = GRAVITIES.find((known) => known === fields[at.gravity]);
    if (file === "" || file.startsWith("/") || file.split(/[\\/]/).includes("..")) {
      throw wrong(`file "${file}" must be a path inside the folder, for example walk/1.csv.gz`);
    }
    if (label === undefined) throw wrong(`label "${fields[at.label]}" is not one of ${LABELS.join(", ")}`);
    if (gravity === undefined) {
      throw wrong(`gravity "${fields[at.gravity]}" is not one of ${GRAVITIES.join(", ")}`);
    }
    const positive = (column: "rate_hz" | "duration_s") => {
      const value = Number(fields[at[column]]);
      if (!(value > 0 && value < Infinity)) {
        throw wrong(`${column} "${fields[at[column]]}" is not a number above 0, for example 50`);
      }
      return value;
    };
    recordings.push({
      file,
      path: `${dir.replace(/\/+$/, "")}/${file}`,
      dataset: fields[at.dataset],
      subject: fields[at.subject],
      label,
      originalLabel: fields[at.original_label],
      rateHz: positive("rate_hz"),
      durationS: positive("duration_s"),
      gravity,
      placement: fields[at.placement],
    });
  }
  if (recordings.length === 0) {
    throw new RecordingError(`${path}: lists no recordings; expected one row for each`);
  }
  return recordings;
}

/**
 * Reads one recording.
 *
 * @param path A CSV with the header `t_ms,x,y,z`, gzip-compressed when its name ends in `.gz`.
 * @throws {RecordingError} When the file is missing, broken, too large or empty, a line is not four finite
 * numbers, or time goes back.
 */
export async function readRecording(path: string): Promise<Readings> {
  const text = new TextDecoder().decode(await readBytes(path));
  const lines = text.split("\n");
  const header = lines[0].replace(/^\uFEFF/, "").trim();
  if (header !== "t_ms,x,y,z") {
    throw new RecordingError(`${path}: line 1 is "${header.slice(0, 60)}", expected the header t_ms,x,y,z`);
  }
  const tMs = new Float64Array(lines.length - 1), xyz = new Float64Array(3 * tMs.length);
  let count = 0;
  for (let n = 1; n < lines.length; n++) {
    const line = lines[n].trimEnd();
    if (line === "") continue;
    const fields = line.split(",");
    const [t, x, y, z] = fields.map((f) => f.trim() === "" ? NaN : Number(f));
    if (fields.length !== 4 || !Number.isFinite(t + x + y + z)) {
      throw new RecordingError(
        `${path}: line ${n + 1} is "${line.slice(0, 60)}", expected four numbers like 20,0.11,-0.03,9.79`,
      );
    }
    if (t < tMs[count - 1]) {
      throw new RecordingError(`${path}: line ${n + 1} goes back in time; expected t_ms in ascending order`);
    }
    tMs[count] = t;
    xyz.set([x, y, z], 3 * count++);
  }
  if (count === 0) {
    throw new RecordingError(`${path}: holds no readings; expected lines like 20,0.11,-0.03,9.79`);
  }
  return { count, tMs: tMs.subarray(0, count), xyz: xyz.subarray(0, 3 * count) };
}

/**
 * The whole file, inflated when its name ends in `.gz`; a small gzip can hold gigabytes, so the bound is on
 * what comes out.
 */
async function readBytes(path: string): Promise<Uint8Array> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new RecordingError(
        `${path}: no such file; expected a folder with an index.csv and the recordings it lists`,
        { cause: error },
      );
    }
    throw error;
  }
  const stream = path.endsWith(".gz")
    ? file.readable.pipeThrough(new DecompressionStream("gzip"))
    : file.readable;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > MAX_RECORDING_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    if (!path.endsWith(".gz")) throw error;
    throw new RecordingError(
      `${path}: is not a whole gzip file; compress it again, or drop the .gz from its name`,
      { cause: error },
    );
  }
  if (length > MAX_RECORDING_BYTES) {
    throw new RecordingError(
      `${path}: holds more than ${MAX_RECORDING_BYTES / 2 ** 20} MiB; split the recording`,
    );
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The fields of one CSV line (RFC 4180, no line breaks within a field). */
function csvFields(line: string): string[] {
  return [...line.replace(/^\uFEFF/, "").matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
    .map(([, quoted, plain]) => quoted === undefined ? plain : quoted.replaceAll('""', '"'));
}
