/**
 * Server-Sent Events to many viewers: each viewer is a stream of one channel. A viewer that does not keep up is cut off, so that
 * it costs no more than what may wait for it.
 *
 * @module
 */
import { HttpProblem } from "./problem.ts";

/** A comment this often keeps proxies and phones from closing a quiet stream, ms. */
const HEARTBEAT_MS = 15_000;
/** What the browser waits before it connects again, ms. */
const RETRY_MS = 1000;
/** What one that is refused is told to wait, s. */
const RETRY_AFTER_S = 30;

type Viewer = ReadableStreamDefaultController<Uint8Array>;

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(": still here\n\n");
const HELLO = encoder.encode(`retry: ${RETRY_MS}\n\n`);

export interface EventStreamsOptions {
  /** Streams at once; each costs a socket and up to `maxWaitingBytes`. */
  maxViewers: number;
  /** Bytes that may wait for one viewer. */
  maxWaitingBytes: number;
  /** What a viewer too many is told. */
  full: string;
  /** Called once for every viewer that was in a channel. */
  onLeave(channel: string): void;
}

export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #channels = new Map<string, Set<Viewer>>();
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #viewers = 0;
  #closed = false;
  /** Viewers cut off because they did not keep up, since the start. */
  dropped = 0;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
  }

  /** Places that are taken. */
  get viewers(): number {
    return this.#viewers;
  }

  /**
   * Takes a place, to be used by {@linkcode open} or given back.
   *
   * @throws HttpProblem 503 when all are taken
   */
  reserve(): void {
    if (this.#viewers >= this.#options.maxViewers) {
      throw new HttpProblem(503, this.#options.full, { headers: { "retry-after": String(RETRY_AFTER_S) } });
    }
    this.#viewers++;
  }

  /** Gives a place back that no stream was opened for. */
  release(): void {
    this.#viewers--;
  }

  /**
   * Opens a stream on a reserved place. It is in its channel when this returns, so no later frame is lost.
   *
   * @param first bytes that only this viewer is sent, before any frame
   */
  open(channel: string, first: Uint8Array = new Uint8Array()): Response {
    let viewer: Viewer;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        viewer = controller;
        viewer.enqueue(HELLO);
        if (first.length > 0) viewer.enqueue(first);
        this.#join(channel, viewer);
        if (this.#closed) this.#end(channel, viewer);
      },
      cancel: () => this.#leave(channel, viewer),
    }, { highWaterMark: this.#options.maxWaitingBytes, size: (chunk) => chunk.byteLength });
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    });
  }

  /** Sends bytes to every viewer of a channel. */
  send(channel: string, frame: Uint8Array): void {
    for (const viewer of this.#channels.get(channel) ?? []) {
      if ((viewer.desiredSize ?? 0) > 0) viewer.enqueue(frame);
      else {
        this.dropped++;
        this.#leave(channel, viewer);
        viewer.error(new Error("the viewer did not keep up"));
      }
    }
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    for (const [channel, viewers] of this.#channels) {
      for (const viewer of viewers) this.#end(channel, viewer);
    }
  }

  #end(channel: string, viewer: Viewer): void {
    this.#leave(channel, viewer);
    viewer.close();
  }

  #join(channel: string, viewer: Viewer): void {
    this.#heartbeat ??= setInterval(() => {
      for (const open of this.#channels.keys()) this.send(open, HEARTBEAT);
    }, HEARTBEAT_MS);
    const viewers = this.#channels.get(channel);
    if (viewers) viewers.add(viewer);
    else this.#channels.set(channel, new Set([viewer]));
  }

  #leave(channel: string, viewer: Viewer): void {
    const viewers = this.#channels.get(channel);
    if (!viewers?.delete(viewer)) return;
    this.#viewers--;
    if (viewers.size === 0) this.#channels.delete(channel);
    if (this.#channels.size === 0) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    }
    this.#options.onLeave(channel);
  }
}
