/**
 * `/api/live/raw`: a device's readings as they come in, for whoever looks at it now. They are those that this process has taken
 * and the log has; nothing is kept, and nothing is done for devices that nobody looks at.
 *
 * @module
 */
import type { BatchSink } from "../ingest/sink.ts";
import { copyBatch, type ReadingBatch } from "../log/records.ts";
import { EventStreams } from "./event_streams.ts";
import { rawQuery, type RawReadings } from "./schemas/raw.ts";
import type { RawFeed } from "./services.ts";
import { parseQuery } from "./validate.ts";

/** Each looks at one device: more people than look at single phones at a time. */
const MAX_VIEWERS = 100;
/** Over a minute of one phone; a viewer further behind sees nothing of now. */
const MAX_WAITING_BYTES = 512 * 1024;
/** Faster than anyone sees a line move, ms. */
const EVENT_EVERY_MS = 100;
/** Phones sample at 50 to 200 Hz; a trace of 10 s has no room for more. */
export const MAX_READINGS_PER_S = 250;
/** Of what came at once (a phone that uploads every 10 s, a backlog), more than the trace shows is not sent. */
const MAX_READINGS_AT_ONCE = 10 * MAX_READINGS_PER_S;
/** A phone's clock jitters: only so much above the rate are readings left out. */
const RATE_SLACK = 0.1;

/** A device that someone looks at. */
interface Watched {
  viewers: number;
  pending: RawReadings;
  /** Readings that may still be sent; fills up with time. */
  allowance: number;
  allowedMs: number;
  sentMs: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const encoder = new TextEncoder();

export class RawHub implements RawFeed {
  readonly #devices = new Map<string, Watched>();
  readonly #now: () => number;
  readonly #streams = new EventStreams({
    maxViewers: MAX_VIEWERS,
    maxWaitingBytes: MAX_WAITING_BYTES,
    full: `${MAX_VIEWERS} people look at raw readings: close such a page, or try again later.`,
    onLeave: (deviceId) => this.#unwatch(deviceId),
  });

  /** @param now a monotonic clock, ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get viewers(): number {
    return this.#streams.viewers;
  }

  /** Viewers cut off because they did not keep up, since the start. */
  get dropped(): number {
    return this.#streams.dropped;
  }

  open(req: Request): Response {
    const { deviceId } = parseQuery(rawQuery, new URL(req.url));
    this.#streams.reserve();
    this.#watch(deviceId);
    return this.#streams.open(deviceId);
  }

  /** A sink that does what the given one does, and shows what it has taken to those who look at the device. */
  tap(sink: BatchSink): BatchSink {
    return {
      append: (batch) => {
        if (!this.#devices.has(batch.deviceId)) return sink.append(batch);
        // The columns are scratch space, used again before the log has answered.
        const copy = copyBatch(batch);
        return sink.append(batch).then((appended) => {
          if (!appended.duplicate) this.publish(copy);
          return appended;
        });
      },
    };
  }

  /** Shows a batch to those who look at its device. */
  publish(batch: ReadingBatch): void {
    const device = this.#devices.get(batch.deviceId);
    if (!device) return;
    const { tMs, xyz, count } = batch;
    const nowMs = this.#now();
    const earned = (nowMs - device.allowedMs) / 1000 * MAX_READINGS_PER_S;
    device.allowance = Math.min(MAX_READINGS_AT_ONCE, device.allowance + earned);
    device.allowedMs = nowMs;
    if (device.allowance < 1) return;
    const every = Math.max(strideOf(batch), Math.ceil(count / device.allowance));
    const { pending } = device;
    pending.every = Math.max(pending.every, every);
    for (let i = 0; i < count; i += every) {
      pending.tMs.push(round(tMs[i], 10));
      for (let axis = 0; axis < 3; axis++) pending.xyz.push(round(xyz[3 * i + axis], 10_000));
      device.allowance--;
    }
    this.#schedule(batch.deviceId, device, nowMs);
  }

  /** Ends every stream. */
  close(): void {
    this.#streams.close();
  }

  #watch(deviceId: string): void {
    const device = this.#devices.get(deviceId);
    if (device) {
      device.viewers++;
      return;
    }
    this.#devices.set(deviceId, {
      viewers: 1,
      pending: nothing(),
      allowance: MAX_READINGS_AT_ONCE,
      allowedMs: this.#now(),
      sentMs: -Infinity,
      timer: undefined,
    });
  }

  #unwatch(deviceId: string): void {
    const device = this.#devices.get(deviceId);
    if (!device || --device.viewers > 0) return;
    clearTimeout(device.timer);
    this.#devices.delete(deviceId);
  }

  #schedule(deviceId: string, device: Watched, nowMs: number): void {
    if (device.timer !== undefined) return;
    const waitMs = EVENT_EVERY_MS - (nowMs - device.sentMs);
    if (waitMs <= 0) this.#send(deviceId, device);
    else device.timer = setTimeout(() => this.#send(deviceId, device), waitMs);
  }

  #send(deviceId: string, device: Watched): void {
    const data = JSON.stringify(device.pending);
    device.timer = undefined;
    device.pending = nothing();
    device.sentMs = this.#now();
    this.#streams.send(deviceId, encoder.encode(`event: readings\ndata: ${data}\n\n`));
  }
}

const nothing = (): RawReadings => ({ tMs: [], xyz: [], every: 1 });

/** Every which reading of a batch is kept, by the rate at which the phone samples. */
function strideOf({ tMs, count }: ReadingBatch): number {
  const spanS = (tMs[count - 1] - tMs[0]) / 1000;
  if (!(spanS > 0)) return 1;
  return Math.max(1, Math.ceil((count - 1) / spanS / MAX_READINGS_PER_S - RATE_SLACK));
}

const round = (value: number, steps: number): number => Math.round(value * steps) / steps;
