/**
 * Files that Sensor Logger exports: a zip of one CSV per sensor, one CSV, or JSON. As its README and UNITS.md describe them.
 *
 * @module
 */
import { Unzip, type UnzipFile, UnzipInflate } from "fflate";
import { CsvReader } from "./csv.ts";
import { ExportError, isUsed, Recording, UNNAMED } from "./recording.ts";

export { ExportError, type Readings, type Recording, UNNAMED } from "./recording.ts";

/** The largest file that is taken, bytes. */
export const MAX_FILE_BYTES = 100 * 2 ** 20;
/** What the files in a zip that are read may hold together, bytes: the readings that are taken, as text. */
export const MAX_TEXT_BYTES = 512 * 2 ** 20;
/** JSON is parsed in one go, during which nothing else is done: 40 minutes at 100 Hz, a quarter of a second. */
export const MAX_JSON_BYTES = 32 * 2 ** 20;
/** A camera's pictures are files too. */
const MAX_FILES = 20_000;
/** Bytes that are inflated in one go: at worst a thousand times as many come out. */
const CHUNK_BYTES = 4096;
/** How long to go on before others have their turn, ms. */
const TURN_MS = 10;

const ZIP = [0x50, 0x4b, 0x03, 0x04];

/**
 * Reads an export. Others have their turn while it does.
 *
 * @param name of the file: a CSV of one sensor is named after it
 * @throws ExportError when it is no export, damaged, or too large
 */
export async function readExport(name: string, bytes: Uint8Array): Promise<Recording> {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new ExportError(`the file has ${bytes.length} bytes: expected at most ${MAX_FILE_BYTES}`);
  }
  const recording = new Recording();
  if (ZIP.every((byte, i) => bytes[i] === byte)) await readZip(recording, bytes);
  else if (firstCharacter(bytes) === "[") readJson(recording, bytes);
  else await inChunks(bytes, csvReader(recording, name || "the file", sensorOf(name)));
  const { ignored } = recording;
  if (recording.best() === null) {
    const found = ignored.size > 0 ? `, but ${[...ignored].slice(0, 10).join(", ")}` : "";
    throw new ExportError(
      `the file holds no readings of a motion sensor${found}: expected Accelerometer or TotalAcceleration`,
    );
  }
  return recording;
}

/** People put words before the sensor's name. What is left of a file with quite another name is its header. */
function sensorOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.csv$/i, "");
  return [name, name.slice(name.search(/[^_\-\s]*$/))].find(isUsed) ?? UNNAMED;
}

function csvReader(
  recording: Recording,
  file: string,
  sensor: string,
): (bytes: Uint8Array, isLast: boolean) => void {
  const reader = new CsvReader(recording, file, sensor);
  return (bytes, isLast) => reader.push(bytes, isLast);
}

async function inChunks(
  bytes: Uint8Array,
  push: (chunk: Uint8Array, isLast: boolean) => void,
): Promise<void> {
  let turnMs = performance.now();
  for (let at = 0; at < bytes.length || at === 0; at += CHUNK_BYTES) {
    push(bytes.subarray(at, at + CHUNK_BYTES), at + CHUNK_BYTES >= bytes.length);
    if (performance.now() - turnMs < TURN_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turnMs = performance.now();
  }
}

async function readZip(recording: Recording, bytes: Uint8Array): Promise<void> {
  let files = 0, textBytes = 0;
  const unzip = new Unzip((file: UnzipFile) => {
    if (++files > MAX_FILES) throw new ExportError(`the zip holds more than ${MAX_FILES} files`);
    const name = file.name.slice(file.name.lastIndexOf("/") + 1);
    if (!/\.csv$/i.test(name)) return;
    const sensor = name.slice(0, -".csv".length);
    if (!isUsed(sensor)) {
      recording.add(sensor, {});
      return;
    }
    const push = csvReader(recording, name, sensor);
    file.ondata = (error, chunk, isLast) => {
      if (error) throw error;
      textBytes += chunk.length;
      if (textBytes > MAX_TEXT_BYTES) {
        throw new ExportError(
          `the zip holds more than ${MAX_TEXT_BYTES} bytes of readings: export shorter recordings`,
        );
      }
      push(chunk, isLast);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    await inChunks(bytes, (chunk, isLast) => unzip.push(chunk, isLast));
  } catch (error) {
    if (error instanceof ExportError) throw error;
    throw new ExportError(`the zip is damaged or incomplete (${(error as Error).message}): export it again`);
  }
}

function readJson(recording: Recording, bytes: Uint8Array): void {
  if (bytes.length > MAX_JSON_BYTES) {
    throw new ExportError(
      `the JSON has ${bytes.length} bytes, of ${MAX_JSON_BYTES} at most: export it as a zip`,
    );
  }
  let rows: unknown;
  try {
    rows = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new ExportError(`the file is not JSON (${(error as Error).message}): export it again`);
  }
  for (const row of rows as unknown[]) {
    const { sensor, ...fields } = (row ?? {}) as Record<string, unknown>;
    if (typeof sensor !== "string") {
      throw new ExportError(
        'the JSON has an entry without a sensor: expected what Sensor Logger exports, such as [{"sensor":"Accelerometer","time":"1698501144401773000","z":"0","y":"0","x":"0"}]',
      );
    }
    recording.add(
      sensor,
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)])),
    );
  }
}

/** Every value of the export is text; numbers are taken too. */
const textOf = (value: unknown) =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;

function firstCharacter(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 64)).trimStart()[0] ?? "";
}
