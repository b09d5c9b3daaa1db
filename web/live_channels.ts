/**
 * What live viewers are sent, made once per kind of viewer: those that want the same (device, pace) share a channel and get
 * the same bytes. Runs where the results are, off the HTTP thread.
 *
 * @module
 */
import type { ActivityRecord } from "../log/records.ts";

/** How a viewer wants its events. */
export interface LiveQuery {
  deviceId: string | null;
  /** 0: an event a record; else arrays at most this often, ms. */
  batchMs: number;
}

/**
 * A session began or ended. The ids are one level down because simple clients take every object on the stream that has a
 * `sessionId` for a result.
 */
export interface LiveSessionEvent {
  status: "opened" | "closed";
  /** Server clock, ms since the Unix epoch. */
  at: number;
  session: { deviceId: string; sessionId: string };
}

export type Send = (channel: string, frame: Uint8Array) => void;

/** Arrays are sent a little early rather than a whole commit late, ms. */
const PACE_SLACK_MS = 50;

interface Channel {
  key: string;
  query: LiveQuery;
  /** Records as JSON; as whole events where each record is one. */
  pending: string[];
  sessions: string[];
  ends: readonly number[];
  sentMs: number;
  timer: ReturnType<typeof setTimeout> | null;
  /** Subscriptions that are not closed. */
  viewers: number;
}

const encoder = new TextEncoder();

/** A resume position as the `id` of an event: the next offset of every partition. */
export const formatPosition = (ends: readonly number[]): string => ends.join(".");

/** The position of a `Last-Event-ID`; null when it is not one of ours. */
export function parsePosition(id: string, partitions: number): number[] | null {
  const ends = id.split(".").map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : NaN));
  return ends.length === partitions && !ends.includes(NaN) ? ends : null;
}

/**
 * One `activity` event.
 *
 * @param data a record as JSON, or an array of them
 * @param ends where the log stands after what is in it
 */
export function formatActivity(data: string, ends: readonly number[]): string {
  return `id: ${formatPosition(ends)}\nevent: activity\ndata: ${data}\n\n`;
}

export class LiveChannels {
  readonly #channels = new Map<string, Channel>();
  readonly #send: Send;
  readonly #now: () => number;
  #scheduled = false;

  /** @param now a monotonic clock, ms */
  constructor(send: Send, now: () => number = () => performance.now()) {
    this.#send = send;
    this.#now = now;
  }

  /**
   * Opens the channel for one more viewer; to be closed as often as it was opened.
   *
   * @returns its key: viewers with the same key get the same bytes
   */
  open(query: LiveQuery, ends: readonly number[]): string {
    const key = `${query.batchMs} ${query.deviceId ?? ""}`;
    const open = this.#channels.get(key);
    if (open) {
      open.viewers++;
      // What waits is sent now, so that it does not reach the newcomer, who has it as missed.
      this.#sendPending(open);
    } else {
      const idle = { pending: [], sessions: [], sentMs: -Infinity, timer: null };
      this.#channels.set(key, { key, query, ends, viewers: 1, ...idle });
    }
    return key;
  }

  /** Takes one viewer off the channel; without any it ends. */
  close(key: string): void {
    const channel = this.#channels.get(key);
    if (!channel || --channel.viewers > 0) return;
    if (channel.timer !== null) clearTimeout(channel.timer);
    this.#channels.delete(key);
  }

  /** Takes committed records of one partition; `ends` is the position after them. */
  publish(records: readonly ActivityRecord[], partition: number, ends: readonly number[]): void {
    if (this.#channels.size === 0) return;
    const json: (string | undefined)[] = [];
    const position = [...ends];
    const first = ends[partition] - records.length;
    for (const channel of this.#channels.values()) {
      const { deviceId, batchMs } = channel.query;
      channel.ends = position;
      for (let i = 0; i < records.length; i++) {
        if (deviceId !== null && records[i].deviceId !== deviceId) continue;
        const record = json[i] ??= JSON.stringify(records[i]);
        channel.pending.push(
          batchMs > 0 ? record : formatActivity(record, position.with(partition, first + i + 1)),
        );
      }
    }
    this.#schedule();
  }

  note(event: LiveSessionEvent): void {
    for (const { query, sessions } of this.#channels.values()) {
      if (query.deviceId === null || query.deviceId === event.session.deviceId) {
        sessions.push(JSON.stringify(event));
      }
    }
    this.#schedule();
  }

  /** Once for all partitions of a commit. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const channel of this.#channels.values()) this.#flush(channel);
    });
  }

  #flush(channel: Channel): void {
    const { query, pending, sessions } = channel;
    if (channel.timer !== null || (pending.length === 0 && sessions.length === 0)) return;
    const waitMs = query.batchMs - PACE_SLACK_MS - (this.#now() - channel.sentMs);
    if (waitMs > 0) {
      channel.timer = setTimeout(() => {
        channel.timer = null;
        this.#sendPending(channel);
      }, waitMs);
      return;
    }
    this.#sendPending(channel);
  }

  #sendPending(channel: Channel): void {
    const { query, pending, sessions } = channel;
    let frame = "";
    if (sessions.length > 0) frame += `event: session\ndata: [${sessions.join(",")}]\n\n`;
    if (query.batchMs === 0) frame += pending.join("");
    else if (pending.length > 0) frame += formatActivity(`[${pending.join(",")}]`, channel.ends);
    channel.pending = [];
    channel.sessions = [];
    if (frame === "") return;
    channel.sentMs = this.#now();
    this.#send(channel.key, encoder.encode(frame));
  }
}
