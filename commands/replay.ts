/**
 * `deno task replay`: posts recordings to a server as phones would.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Gravity } from "../log/records.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { type Disguise, disguised } from "./disguise.ts";
import { isExport, readExported } from "./exported_recordings.ts";
import { FAULT_OPTIONS, readFaults, tellFaults } from "./fault_options.ts";
import { type Faults, newFaultCounts, SessionFaults } from "./faults.ts";
import { play } from "./playback.ts";
import { duration, Progress, STDERR, type Terminal } from "./progress.ts";
import { seededU32 } from "./random.ts";
import { type Label, readIndex, type Readings, readRecording } from "./recordings.ts";
import { SessionLabels } from "./session_labels.ts";
import { Uploader, UploadError } from "./upload.ts";
import { numberOption, UsageError } from "./usage.ts";

/** The same order every time, so that two runs can be compared. */
const SHUFFLE_SEED = 1;
/** A phone is a loop and one request; beyond this the client machine is what is measured. */
const MAX_DEVICES = 10_000;
const MAX_SPEED = 10_000;
/** Phones start spread over this time: real ones do not all begin in the same millisecond. */
const STAGGER_MS = 1000;

/** One recording to play. */
export interface Item {
  path: string;
  gravity: Gravity;
  lengthMs: number;
  /** null where no index tells. */
  label: Label | null;
}

export interface ReplayOptions {
  items: Item[];
  /** Times real time, 1 or more; Infinity for as fast as the server takes it. */
  speed: number;
  devices: number;
  url: string;
  key?: string;
  /** Whether to tell the server what the recordings are, once they are posted. */
  labels: boolean;
  /** API token for that. */
  token?: string;
  /** What goes wrong on the way; null: nothing. */
  faults: Faults | null;
  /** How the phones' readings differ from the recordings; null: not at all. */
  disguise: Disguise | null;
}

/** What the outside gives: replaced in tests. */
export interface ReplayParts {
  clock: Clock;
  signal: AbortSignal;
  terminal: Terminal;
  fetch: (request: Request) => Promise<Response>;
  random: () => number;
  read: (path: string) => Promise<Readings>;
}

/**
 * The command.
 *
 * @returns the exit code: 0 all delivered, 1 not all, 130 stopped with Ctrl-C
 */
export async function replay(args: string[]): Promise<number> {
  const options = await readArguments(args);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  try {
    const { summary, delivered } = await replayAll(options, {
      clock: SYSTEM_CLOCK,
      signal: stop.signal,
      terminal: STDERR,
      fetch,
      random: Math.random,
      read: (path) => isExport(path) ? readExported(path) : readRecording(path),
    });
    console.log(summary);
    return stop.signal.aborted ? 130 : delivered ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UploadError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
}

/**
 * Plays all items on the devices. Each device takes the next recording from one queue and makes it one
 * session.
 *
 * @throws UploadError when the server cannot be reached or refuses every message or label
 */
export async function replayAll(
  options: ReplayOptions,
  parts: ReplayParts,
): Promise<{ summary: string; delivered: boolean }> {
  const { clock, terminal } = parts;
  const startMs = clock.nowMs();
  const failed = new AbortController();
  const signal = AbortSignal.any([parts.signal, failed.signal]);
  const uploader = new Uploader({ url: options.url, key: options.key, ...parts, signal });
  const labels = options.labels
    ? new SessionLabels({ url: options.url, token: options.token, ...parts, signal })
    : null;
  await labels?.check();
  const queue = shuffled(options.items);
  const progress = new Progress(
    "replay",
    queue.reduce((sum, item) => sum + item.lengthMs, 0),
    terminal,
    clock.nowMs,
  );
  // Unique to this run: playing the same recording again must give a new session, not duplicates.
  const run = `${startMs.toString(36)}-${Math.floor(parts.random() * 36 ** 4).toString(36)}`;
  const faultCounts = newFaultCounts();
  let taken = 0;

  async function phone(n: number): Promise<void> {
    await clock.sleep(STAGGER_MS * n / options.devices, signal);
    for (let item = queue[taken++]; item !== undefined && !signal.aborted; item = queue[taken++]) {
      const recorded = await parts.read(item.path);
      const { readings, gravity } = options.disguise === null
        ? { readings: recorded, gravity: item.gravity }
        : disguised(recorded, item.gravity, options.disguise);
      const deviceId = `replay-${n + 1}`, sessionId = `replay-${run}-${taken}`;
      const trouble = options.faults === null
        ? undefined
        : new SessionFaults(options.faults, taken, faultCounts);
      let fromMs = Infinity, toMs = -Infinity, playedMs = 0;
      const sender = { deviceId, sessionId, gravity };
      await play(readings, sender, options.speed, clock, signal, async (message, played) => {
        await uploader.send(message);
        for (const { timestamp } of message.sensorReadings) {
          fromMs = Math.min(fromMs, timestamp);
          toMs = Math.max(toMs, timestamp);
        }
        progress.add(played * item.lengthMs - playedMs, `${uploader.counts.messages} messages`);
        playedMs = played * item.lengthMs;
      }, trouble);
      if (labels !== null && fromMs <= toMs && item.label !== null && !signal.aborted) {
        await labels.label({ deviceId, sessionId, name: nameOf(item.path), label: item.label, fromMs, toMs });
      }
      // None is sent where all are dropped.
      if (!signal.aborted) progress.add(item.lengthMs - playedMs);
    }
  }

  const phones = Array.from({ length: Math.min(options.devices, queue.length) }, (_, n) => phone(n));
  try {
    await Promise.all(phones);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(phones);
    throw error;
  } finally {
    progress.end();
  }
  const { messages, accepted, rejected, duplicate, retries, firstRefusal } = uploader.counts;
  const summary = [
    `${parts.signal.aborted ? "stopped: " : ""}${messages} messages in ${
      duration(clock.nowMs() - startMs)
    }; ` +
    `readings: ${accepted} accepted, ${rejected} rejected, ${duplicate} duplicate; ${retries} retries`,
    ...(firstRefusal === null ? [] : [`first refusal: ${firstRefusal}`]),
    ...(options.faults === null ? [] : [tellFaults(faultCounts, options.faults)]),
    ...(labels === null ? [] : [labels.summary]),
  ].join("\n");
  return { summary, delivered: rejected === 0 && (labels === null || labels.failed === 0) };
}

/** A session is named after its recording: `walk/anna 1.csv.gz` is "anna 1". */
const nameOf = (path: string) => path.replace(/^.*[\\/]/, "").replace(/\.csv(\.gz)?$/i, "");

async function readArguments(args: string[]): Promise<ReplayOptions> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      speed: { type: "string" },
      url: { type: "string", default: "http://127.0.0.1:8000" },
      devices: { type: "string" },
      key: { type: "string" },
      labels: { type: "boolean", default: false },
      token: { type: "string" },
      ...FAULT_OPTIONS,
    },
  });
  if (positionals.length === 0) {
    throw new UsageError(
      "no recording was given: expected a CSV file, a zip of Sensor Logger or a folder, for example replay recordings",
    );
  }
  if (!URL.canParse(values.url) || !/^https?:/.test(values.url)) {
    throw new UsageError(
      `--url is ${JSON.stringify(values.url)}: expected a URL, for example http://127.0.0.1:8000`,
    );
  }
  if (values.token !== undefined && !values.labels) {
    throw new UsageError("--token is for --labels, which is not there: readings are posted with --key");
  }
  const { faults, disguise } = readFaults(values);
  const items = (await Promise.all(positionals.map(itemsAt))).flat();
  const unlabelled = values.labels ? items.find(({ label }) => label === null) : undefined;
  if (unlabelled) {
    throw new UsageError(
      `--labels: nothing says what ${unlabelled.path} is: expected folders with an index.csv`,
    );
  }
  const unclear = disguise?.gravity === "included"
    ? items.find(({ gravity }) => gravity === "unknown")
    : undefined;
  if (unclear) {
    throw new UsageError(
      `--gravity included: nothing says whether ${unclear.path} includes it already: ` +
        "expected folders with an index.csv that does",
    );
  }
  return {
    items,
    speed: values.speed === "max" ? Infinity : numberOption("--speed", values.speed, 1, {
      min: 1,
      max: MAX_SPEED,
      integer: false,
    }),
    devices: numberOption("--devices", values.devices, 1, { min: 1, max: MAX_DEVICES }),
    url: values.url,
    key: values.key,
    labels: values.labels,
    token: values.token,
    faults,
    disguise,
  };
}

async function itemsAt(path: string): Promise<Item[]> {
  if (isExport(path)) {
    const { tMs, count, gravity } = await readExported(path);
    return [{ path, gravity, lengthMs: tMs[count - 1] - tMs[0], label: null }];
  }
  if (/\.csv(\.gz)?$/i.test(path)) {
    const { tMs, count } = await readRecording(path);
    return [{ path, gravity: "unknown", lengthMs: tMs[count - 1] - tMs[0], label: null }];
  }
  const index = await readIndex(path);
  return index.map((r) => ({
    path: r.path,
    gravity: r.gravity,
    lengthMs: r.durationS * 1000,
    label: r.label,
  }));
}

/**
 * Fisher-Yates, the same every time: neighbours in an index are mostly the same activity.
 */
function shuffled<T>(items: T[]): T[] {
  const result = [...items];
  const next = seededU32(SHUFFLE_SEED);
  for (let i = result.length - 1; i > 0; i--) {
    const j = next() % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
