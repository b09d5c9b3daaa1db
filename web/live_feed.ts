/**
 * `/api/live`: the HTTP side of the live channels. Each viewer is a stream; a viewer that does not keep up is cut off and
 * resumes where it was.
 *
 * @module
 */
import { liveQuery } from "./api_schemas.ts";
import type { LiveQuery } from "./live_channels.ts";
import { HttpProblem } from "./problem.ts";
import type { LiveFeed } from "./services.ts";
import { parseQuery } from "./validate.ts";

/** Bytes that may wait for one viewer: about 20 s of 1,000 phones. */
const MAX_WAITING_BYTES = 4 << 20;
/** Streams at once; each costs a socket and up to MAX_WAITING_BYTES. */
const MAX_VIEWERS = 500;
/** A comment this often keeps proxies and phones from closing a quiet stream, ms. */
const HEARTBEAT_MS = 15_000;
/** What the browser waits before it connects again, ms. */
const RETRY_MS = 1000;

interface Subscribed {
  channel: string;
  /** Bytes to send first. */
  missed: Uint8Array;
}

/** The engine's part. */
export interface LiveSource {
  /**
   * To be called again, and unsubscribed, for every viewer: one may leave a channel while another is joining it.
   *
   * @param lastEventId where the viewer was; null for a first visit
   */
  subscribe(query: LiveQuery, lastEventId: string | null): Promise<Subscribed>;
  unsubscribe(channel: string): Promise<void>;
}

type Viewer = ReadableStreamDefaultController<Uint8Array>;

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(": still here\n\n");
const HELLO = encoder.encode(`retry: ${RETRY_MS}\n\n`);

export class LiveHub implements LiveFeed {
  readonly #source: LiveSource;
  readonly #channels = new Map<string, Set<Viewer>>();
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #viewers = 0;
  #closed = false;
  /** Viewers cut off because they did not keep up, since the start. */
  dropped = 0;

  constructor(source: LiveSource) {
    this.#source = source;
    this.#heartbeat = setInterval(() => {
      for (const channel of this.#channels.keys()) this.send(channel, HEARTBEAT);
    }, HEARTBEAT_MS);
  }

  get viewers(): number {
    return this.#viewers;
  }

  async open(req: Request): Promise<Response> {
    const { deviceId = null, batchMs = 0, lastEventId = null } = parseQuery(liveQuery, new URL(req.url));
    if (this.#viewers >= MAX_VIEWERS) {
      throw new HttpProblem(
        503,
        `${MAX_VIEWERS} live streams are open: close some, or poll /api/sessions?live=true.`,
        {
          headers: { "retry-after": "30" },
        },
      );
    }
    this.#viewers++;
    const { channel, missed } = await this.#subscribe(
      { deviceId, batchMs },
      req.headers.get("last-event-id") ?? lastEventId,
    );
    let viewer: Viewer;
    // Joins before the next frame can arrive, so that none is lost between what was missed and what is new.
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        viewer = controller;
        viewer.enqueue(HELLO);
        if (missed.length > 0) viewer.enqueue(missed);
        this.#join(channel, viewer);
        if (this.#closed) this.#end(channel, viewer);
      },
      cancel: () => this.#leave(channel, viewer),
    }, { highWaterMark: MAX_WAITING_BYTES, size: (chunk) => chunk.byteLength });
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
    clearInterval(this.#heartbeat);
    for (const [channel, viewers] of this.#channels) {
      for (const viewer of viewers) this.#end(channel, viewer);
    }
  }

  async #subscribe(query: LiveQuery, lastEventId: string | null): Promise<Subscribed> {
    try {
      return await this.#source.subscribe(query, lastEventId);
    } catch (error) {
      this.#viewers--;
      throw error;
    }
  }

  #end(channel: string, viewer: Viewer): void {
    this.#leave(channel, viewer);
    viewer.close();
  }

  #join(channel: string, viewer: Viewer): void {
    const viewers = this.#channels.get(channel);
    if (viewers) viewers.add(viewer);
    else this.#channels.set(channel, new Set([viewer]));
  }

  #leave(channel: string, viewer: Viewer): void {
    const viewers = this.#channels.get(channel);
    if (!viewers?.delete(viewer)) return;
    this.#viewers--;
    if (viewers.size === 0) this.#channels.delete(channel);
    this.#source.unsubscribe(channel).catch((error) => console.error("live:", error));
  }
}
