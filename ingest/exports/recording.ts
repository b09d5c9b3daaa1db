/**
 * A recording that is being read from a file: readings by sensor, and notes.
 *
 * @module
 */
import { type Note, noteOf } from "../phone_notes.ts";
import { NO_MOTION, sensorRank } from "../sensors.ts";
import { timestampMs } from "../timestamp.ts";

/** Eleven hours at 100 Hz, 130 MB; past it a file is to be recorded, or cut, in parts. */
export const MAX_READINGS = 4_000_000;
/** Notes of a day, one every ten seconds. */
const MAX_NOTES = 10_000;
/** Rows of a column at first. */
const FIRST_ROWS = 4096;
const MAX_NAME_LENGTH = 100;
/** More kinds than there are. */
const MAX_IGNORED = 100;

/** A sensor of which only is known that its readings are accelerations. */
export const UNNAMED = "unnamed";

/** A file that cannot be read as a recording; the message says what was expected. */
export class ExportError extends Error {
  override name = "ExportError";
}

/** The readings of one sensor, in the order of the file. NaN where the file has no number. */
export class Readings {
  count = 0;
  tMs = new Float64Array(FIRST_ROWS);
  xyz = new Float64Array(3 * FIRST_ROWS);

  add(tMs: number, x: number, y: number, z: number): void {
    if (this.count === this.tMs.length) {
      this.tMs = grown(this.tMs);
      this.xyz = grown(this.xyz);
    }
    this.tMs[this.count] = tMs;
    this.xyz.set([x, y, z], 3 * this.count++);
  }
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}

/** What a file was found to hold. */
export class Recording {
  /** By sensor, named as its messages name it. */
  readonly sensors = new Map<string, Readings>();
  /** In the order of the file. */
  readonly notes: Note[] = [];
  /** Of the phone, as it calls itself. */
  deviceName: string | null = null;
  /** Sensors of no use here. */
  readonly ignored = new Set<string>();
  #readings = 0;

  /**
   * The sensor that ingest would take, with its readings.
   *
   * @returns null when there is none
   */
  best(): [sensor: string, readings: Readings] | null {
    const usable = [...this.sensors].filter(([, { count }]) => count > 0);
    return usable.sort(([a], [b]) => sensorRank(a) - sensorRank(b))[0] ?? null;
  }

  /**
   * Takes one row.
   *
   * @param sensor as the app calls it, in any case
   * @param row its fields by name, as text
   */
  add(sensor: string, row: Record<string, string | undefined>): void {
    const name = sensor.toLowerCase();
    if (sensorRank(name) !== NO_MOTION) this.addReading(name, row.time, row.x, row.y, row.z);
    else if (name === "annotation" || isActivity(name)) {
      this.#addNote(noteOf(name === "annotation" ? name : "activity", row.time, row));
    } else if (name === "metadata") {
      this.deviceName = row["device name"]?.slice(0, MAX_NAME_LENGTH) || null;
    } else if (this.ignored.size < MAX_IGNORED) this.ignored.add(sensor);
  }

  addReading(
    name: string,
    time: string | undefined,
    x: string | undefined,
    y: string | undefined,
    z: string | undefined,
  ): void {
    if (++this.#readings > MAX_READINGS) {
      throw new ExportError(`the recording has more than ${MAX_READINGS} readings: import it in parts`);
    }
    let readings = this.sensors.get(name);
    if (readings === undefined) this.sensors.set(name, readings = new Readings());
    readings.add(timestampMs(time), numberOf(x), numberOf(y), numberOf(z));
  }

  #addNote(note: Note | null): void {
    if (note !== null && this.notes.length < MAX_NOTES) this.notes.push(note);
  }
}

/** Whether anything is read of a sensor's rows. */
export const isUsed = (sensor: string): boolean => {
  const name = sensor.toLowerCase();
  return sensorRank(name) !== NO_MOTION || name === "annotation" || name === "metadata" || isActivity(name);
};

/** On Android the activity can have files of its own. */
const isActivity = (name: string) => name.startsWith("activity");

/** `Number("")` would be 0. */
const numberOf = (text: string | undefined) => text === undefined || text === "" ? NaN : Number(text);
