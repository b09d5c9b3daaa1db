/**
 * Sensor Logger's exports as recordings to replay.
 *
 * @module
 */
import { ExportError, MAX_FILE_BYTES, readExport } from "../ingest/exports/sensor_logger.ts";
import { gravityOf, NO_MOTION, sensorRank } from "../ingest/sensors.ts";
import type { Gravity } from "../log/records.ts";
import { type Readings, RecordingError } from "./recordings.ts";

/** Whether a file is to be read as an export, as its name tells. */
export const isExport = (path: string): boolean => /\.(zip|json)$/i.test(path);

/**
 * Reads an export's readings; rows that are none are left out.
 *
 * @throws {RecordingError} When the file is missing, or holds no readings of a motion sensor.
 */
export async function readExported(path: string): Promise<Readings & { gravity: Gravity }> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MAX_FILE_BYTES) {
      throw new ExportError(`the file has ${size} bytes: expected at most ${MAX_FILE_BYTES}`);
    }
    const recording = await readExport(path, await Deno.readFile(path));
    const [sensor, { tMs, xyz, count }] = recording.best()!;
    const usable = Array.from({ length: count }, (_, i) => i)
      .filter((i) => Number.isFinite(tMs[i] + xyz[3 * i] + xyz[3 * i + 1] + xyz[3 * i + 2]))
      .sort((a, b) => tMs[a] - tMs[b]);
    if (usable.length === 0) throw new ExportError("none of its rows is a reading");
    const rank = sensorRank(sensor);
    return {
      gravity: rank === NO_MOTION ? "unknown" : gravityOf(rank, "sensor-logger"),
      count: usable.length,
      tMs: Float64Array.from(usable, (i) => tMs[i]),
      xyz: Float64Array.from(usable.flatMap((i) => [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]])),
    };
  } catch (error) {
    if (error instanceof ExportError) throw new RecordingError(`${path}: ${error.message}`, { cause: error });
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RecordingError(`${path}: no such file; expected what Sensor Logger exported`, { cause: error });
  }
}
