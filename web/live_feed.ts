/**
 * `/api/live`: the HTTP side of the live channels. A viewer that does not keep up is cut off and resumes where it was.
 *
 * @module
 */
import { liveQuery } from "./api_schemas.ts";
import { EventStreams } from "./event_streams.ts";
import type { LiveQuery } from "./live_channels.ts";
import type { LiveFeed } from "./services.ts";
import { parseQuery } from "./validate.ts";

/** About 20 s of 1,000 phones. */
const MAX_WAITING_BYTES = 4 << 20;
const MAX_VIEWERS = 500;

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

export class LiveHub implements LiveFeed {
  readonly #source: LiveSource;
  readonly #streams: EventStreams;

  constructor(source: LiveSource) {
    this.#source = source;
    this.#streams = new EventStreams({
      maxViewers: MAX_VIEWERS,
      maxWaitingBytes: MAX_WAITING_BYTES,
      full: `${MAX_VIEWERS} live streams are open: close some, or poll /api/sessions?live=true.`,
      onLeave: (channel) => void source.unsubscribe(channel).catch((error) => console.error("live:", error)),
    });
  }

  get viewers(): number {
    return this.#streams.viewers;
  }

  /** Viewers cut off because they did not keep up, since the start. */
  get dropped(): number {
    return this.#streams.dropped;
  }

  async open(req: Request): Promise<Response> {
    const { deviceId = null, batchMs = 0, lastEventId = null } = parseQuery(liveQuery, new URL(req.url));
    this.#streams.reserve();
    const { channel, missed } = await this.#subscribe(
      { deviceId, batchMs },
      req.headers.get("last-event-id") ?? lastEventId,
    );
    return this.#streams.open(channel, missed);
  }

  /** Sends bytes to every viewer of a channel. */
  send(channel: string, frame: Uint8Array): void {
    this.#streams.send(channel, frame);
  }

  /** Ends every stream. */
  close(): void {
    this.#streams.close();
  }

  async #subscribe(query: LiveQuery, lastEventId: string | null): Promise<Subscribed> {
    try {
      return await this.#source.subscribe(query, lastEventId);
    } catch (error) {
      this.#streams.release();
      throw error;
    }
  }
}
