/**
 * What the process is, where its data are and how much there is of them: the Status page's small print.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import type { Settings } from "../config.ts";
import type { LogStatus } from "../log/port.ts";
import type { SystemDetails } from "../web/services.ts";

/** What stays the same while the process runs. */
export interface DetailSources {
  settings: Settings;
  roles: ReadonlySet<string>;
  /** As `--print-config` prints them. */
  configText: string;
}

/** Databases of the data folder; SQLite keeps what is not folded in yet in a second file. */
const DATABASES = ["log.db", "view.db"];

/**
 * @param thresholdsVersion of the thresholds in force
 * @param log how it is doing
 */
export async function loadDetails(
  { settings, roles, configText }: DetailSources,
  thresholdsVersion: number,
  log: Pick<LogStatus, "raw" | "activity" | "lagRecords">,
): Promise<SystemDetails> {
  const { dataDir, kafka, retentionMs, retentionBytes } = settings;
  const prefix = kafka?.topicPrefix ?? "";
  const databases = kafka ? DATABASES.slice(1) : DATABASES;
  const [freeBytes, ...sizes] = await Promise.all([
    freeBytesOf(dataDir),
    ...databases.map((name) => sizeOf(`${dataDir}/${name}`)),
  ]);
  return {
    roles: [...roles],
    versions: { deno: Deno.version.deno, v8: Deno.version.v8, thresholds: thresholdsVersion },
    topics: [
      {
        name: `${prefix}raw_sensor_data`,
        partitions: log.raw.map((extent, i) => ({ ...extent, lagRecords: log.lagRecords[i] ?? 0 })),
      },
      {
        name: `${prefix}processed_activity`,
        partitions: log.activity.map((extent) => ({ ...extent, lagRecords: null })),
      },
    ],
    storage: {
      dataDir,
      files: databases.map((name, i) => ({ name, bytes: sizes[i] })),
      freeBytes,
      retentionMs,
      retentionBytes,
    },
    settings: configText,
  };
}

/** Of a database with its write-ahead log, bytes; 0 before it is made. */
async function sizeOf(path: string): Promise<number> {
  let bytes = 0;
  for (const each of [path, `${path}-wal`]) {
    try {
      bytes += (await Deno.stat(each)).size;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return bytes;
}

/** @returns null where the system does not tell, or the process may not ask */
async function freeBytesOf(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
