/**
 * Puts a recording into the log as one session, with the times it was made at: the same judgement as of what phones send, only
 * that readings may be old.
 *
 * A session's clock is its readings', and the log deletes by the time of arrival, so nothing minds their age. The session's id is
 * the file's hash: imported again, everything is found to be there, and an import that failed half way goes on.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Label, ReadingBatch } from "../../log/records.ts";
import { countReadings, type IngestCounters } from "../counters.ts";
import { MessageReader } from "../message.ts";
import type { IngestSettings } from "../settings.ts";
import type { BatchSink } from "../sink.ts";
import { addTally, markDuplicate, newTally, type Tally } from "../tally.ts";
import { type Extent, labelsOf } from "./labels.ts";
import { readExport, type Readings, UNNAMED } from "./sensor_logger.ts";

/** No phone had such an app before, so an older time is a wrong one. */
const MAX_AGE_MS = 20 * 365 * 86_400_000;
/** Readings in a message: five seconds at 100 Hz. */
const MESSAGE_READINGS = 500;
/** Messages on their way into the log at once: enough for it to commit them in groups. */
const IN_FLIGHT = 64;

export interface ImporterParts {
  sink: BatchSink;
  settings: IngestSettings;
  counters: IngestCounters;
  sessions: {
    label(id: { deviceId: string; sessionId: string }, label: Label, by: string): Promise<unknown>;
    rename(
      id: { deviceId: string; sessionId: string },
      change: { name: string },
      by: string,
    ): Promise<void>;
  };
  /** Knows what people have labelled since an earlier import. */
  store: {
    session(sessionId: string, deviceId: string): Promise<{ labels: Label[] } | null>;
  };
  /** The server's clock, ms since the Unix epoch. */
  now: () => number;
}

/** What became of an imported file. */
export interface Imported {
  deviceId: string;
  sessionId: string;
  /** The sensor that was taken. */
  sensor: string;
  /** Of the readings, ms since the Unix epoch; null when none could be used. */
  from: number | null;
  to: number | null;
  accepted: number;
  rejected: number;
  /** They were there already. */
  duplicate: number;
  labels: number;
  /** What is wrong with the first readings that were rejected. */
  errors: string[];
}

/** An import is under way: its readings are in memory, so that there can be only one. */
export class Busy extends Error {
  override name = "Busy";
}

/** See the module's text. */
export class Importer {
  readonly #parts: ImporterParts;
  readonly #messages: MessageReader;
  #isBusy = false;

  constructor(parts: ImporterParts) {
    this.#parts = parts;
    this.#messages = new MessageReader({
      ...parts.settings,
      maxPastMs: MAX_AGE_MS,
      maxReadings: MESSAGE_READINGS,
    });
  }

  /**
   * Imports a file that Sensor Logger exported.
   *
   * @param file its name matters where it is the CSV of one sensor
   * @param to the device, and what to call the session; null: nothing
   * @param by who imports
   * @throws ExportError when it cannot be read; Busy; Unavailable when the log took only a part: the same file again goes on
   */
  async import(
    file: { name: string; bytes: Uint8Array },
    to: { deviceId: string; name: string | null },
    by: string,
  ): Promise<Imported> {
    if (this.#isBusy) throw new Busy("another import is under way: try again when it is done");
    this.#isBusy = true;
    try {
      const recording = await readExport(file.name, file.bytes);
      const [sensor, readings] = recording.best()!;
      const id = { deviceId: to.deviceId, sessionId: sessionIdOf(file.bytes) };
      const { tally: { accepted, rejected, duplicate, errors }, extent } = await this.#append(
        id,
        sensor,
        readings,
      );
      const labels = extent === null ? [] : labelsOf(recording.notes, extent, await this.#labelled(id));
      for (const label of labels) await this.#parts.sessions.label(id, label, by);
      if (to.name !== null && accepted > 0) {
        await this.#parts.sessions.rename(id, { name: to.name }, by);
      }
      return {
        ...id,
        sensor,
        from: extent?.from ?? null,
        to: extent?.to ?? null,
        accepted,
        rejected,
        duplicate,
        labels: labels.length,
        errors: errors.map(({ index, detail }) => `reading ${index + 1}: ${detail}`),
      };
    } finally {
      this.#isBusy = false;
    }
  }

  async #labelled({ sessionId, deviceId }: { deviceId: string; sessionId: string }): Promise<Label[]> {
    const known = await this.#parts.store.session(sessionId, deviceId);
    return known?.labels.filter(({ source }) => source === "person") ?? [];
  }

  async #append(
    id: { deviceId: string; sessionId: string },
    sensor: string,
    readings: Readings,
  ): Promise<{ tally: Tally; extent: Extent | null }> {
    const { sink, counters, now } = this.#parts;
    const sum = newTally();
    const extent: Extent = { from: Infinity, to: -Infinity };
    let flying: Promise<void>[] = [];
    for (let from = 0, n = 0; from < readings.count; from += MESSAGE_READINGS, n++) {
      const tally = this.#messages.read(messageOf(id, n, sensor, readings, from), now());
      for (const error of tally.errors) error.index += from;
      if (tally.accepted === 0) {
        addTally(sum, tally);
        continue;
      }
      widen(extent, this.#messages.batch);
      const appended = sink.append(this.#messages.batch).then(({ duplicate }) => {
        if (duplicate) {
          counters.duplicateMessages++;
          markDuplicate(tally);
        }
        addTally(sum, tally);
      });
      // One that fails is told by Promise.all, which may still be some messages away.
      appended.catch(() => {});
      flying.push(appended);
      if (flying.length === IN_FLIGHT) {
        await Promise.all(flying);
        flying = [];
      }
    }
    await Promise.all(flying);
    countReadings(counters, sum);
    sum.errors.sort((a, b) => a.index - b.index);
    return { tally: sum, extent: extent.from <= extent.to ? extent : null };
  }
}

function widen(extent: Extent, { tMs, count }: ReadingBatch): void {
  for (let i = 0; i < count; i++) {
    extent.from = Math.min(extent.from, Math.floor(tMs[i]));
    extent.to = Math.max(extent.to, Math.ceil(tMs[i]));
  }
}

/** Of a file with another name nobody knows whether gravity is in the readings: it is found out, as with the seed's shape. */
function messageOf(
  id: { deviceId: string; sessionId: string },
  n: number,
  sensor: string,
  { tMs, xyz, count }: Readings,
  from: number,
): unknown {
  const to = Math.min(from + MESSAGE_READINGS, count);
  const indexes = Array.from({ length: to - from }, (_, i) => from + i);
  const ids = { ...id, messageId: n };
  if (sensor === UNNAMED) {
    const readingOf = (i: number) => ({
      name: "accelerometer",
      timestamp: tMs[i],
      values: [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]],
    });
    return { ...ids, sensorReadings: indexes.map(readingOf) };
  }
  const readingOf = (i: number) => ({
    name: sensor,
    time: tMs[i],
    values: { x: xyz[3 * i], y: xyz[3 * i + 1], z: xyz[3 * i + 2] },
  });
  return { ...ids, payload: indexes.map(readingOf) };
}

/** 64 bits: no two files of one device share them. */
const sessionIdOf = (bytes: Uint8Array) =>
  `import-${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}`;
