/**
 * CSV files as they come in pieces of bytes.
 *
 * @module
 */
import { ExportError, type Recording, UNNAMED } from "./recording.ts";
import { NO_MOTION, sensorRank } from "../sensors.ts";

/** Longer than any line of a sensor's values; what is longer is no such file. */
const MAX_LINE_LENGTH = 100_000;
/** Columns of all sensors together, and room. */
const MAX_COLUMNS = 1000;
/** In front of the columns of each sensor where one file holds all, "accelerometer_x". */
const COMBINED = /^(.+)_(x|y|z|text|activity|confidence)$/;

/** Reads one CSV file into a recording. */
export class CsvReader {
  readonly #recording: Recording;
  readonly #file: string;
  readonly #sensor: string;
  readonly #utf8 = new TextDecoder();
  #rest = "";
  #row: ((fields: string[]) => void) | null = null;

  /**
   * @param file for messages
   * @param sensor that the file is of, unless its header shows that it is of several
   */
  constructor(recording: Recording, file: string, sensor: string) {
    this.#recording = recording;
    this.#file = file;
    this.#sensor = sensor;
  }

  /**
   * @param isLast whether nothing follows
   * @throws ExportError when it is no such file
   */
  push(bytes: Uint8Array, isLast: boolean): void {
    const lines = (this.#rest + this.#utf8.decode(bytes, { stream: !isLast })).split("\n");
    this.#rest = isLast ? "" : lines.pop()!;
    if (this.#rest.length > MAX_LINE_LENGTH) throw this.#wrong("has a line without an end");
    for (const line of lines) {
      const fields = fieldsOf(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (this.#row === null) this.#row = this.#rowsOf(fields);
      else if (line.length > 1) this.#row(fields);
    }
  }

  /** What is done with each row of a file that has this header. */
  #rowsOf(header: string[]): (fields: string[]) => void {
    const names = header.map((name) => name.replace(/^\uFEFF/, "").trim());
    if (names.length > MAX_COLUMNS) throw this.#wrong(`has ${names.length} columns`);
    const at = new Map(names.map((name, i) => [name, i]));
    const recording = this.#recording;
    const time = at.get("time");
    if (time === undefined && this.#sensor.toLowerCase() !== "metadata") {
      throw this.#wrong(
        `has no column "time", in the header ${JSON.stringify(header.join(",").slice(0, 80))}`,
      );
    }
    const [x, y, z] = ["x", "y", "z"].map((axis) => at.get(axis));
    const isMotion = this.#sensor === UNNAMED || sensorRank(this.#sensor) !== NO_MOTION;
    if (x !== undefined && y !== undefined && z !== undefined && isMotion) {
      const name = this.#sensor.toLowerCase();
      return (fields) => recording.addReading(name, fields[time!], fields[x], fields[y], fields[z]);
    }
    const combined = combinedOf(names);
    if (combined.size > 0) return (fields) => this.#addCombined(combined, fields[time!], fields);
    return (fields) =>
      recording.add(this.#sensor, Object.fromEntries(names.map((name, i) => [name, fields[i]])));
  }

  /** Where all sensors are in one file a row holds what each had at that moment, and nothing for others. */
  #addCombined(sensors: Map<string, Map<string, number>>, time: string, fields: string[]): void {
    for (const [sensor, columns] of sensors) {
      const row: Record<string, string> = { time };
      let hasValue = false;
      for (const [name, i] of columns) {
        row[name] = fields[i];
        if (fields[i]) hasValue = true;
      }
      if (hasValue) this.#recording.add(sensor, row);
    }
  }

  #wrong(what: string): ExportError {
    return new ExportError(
      `${this.#file} ${what}: expected a CSV file of Sensor Logger, such as Accelerometer.csv with the header time,seconds_elapsed,z,y,x`,
    );
  }
}

/** Columns by sensor, for example accelerometer → x → 3. */
function combinedOf(names: string[]): Map<string, Map<string, number>> {
  const sensors = new Map<string, Map<string, number>>();
  for (const [i, name] of names.entries()) {
    const [, sensor, column] = COMBINED.exec(name) ?? [];
    if (sensor === undefined) continue;
    const columns = sensors.get(sensor) ?? new Map<string, number>();
    sensors.set(sensor, columns.set(column, i));
  }
  return sensors;
}

/** The fields of a line (RFC 4180, no line breaks within a field). Only texts are ever quoted. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
    .map(([, quoted, plain]) => quoted === undefined ? plain : quoted.replaceAll('""', '"'));
}
