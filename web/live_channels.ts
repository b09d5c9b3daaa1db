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

/** A session began or ended. */
export interface LiveSessionEvent {
  status: "opened" | "closed";
  deviceId: string;
  sessionId: string;
  at: number;
}

export type Send = (channel: string, frame: Uint8Array) => void;

/** Arrays are sent a little early rather than a whole commit late, ms. */
const PACE_SLACK_MS = 50;

interface Channel {
  key: string;
  query: LiveQuery;
  /** Records as JSON. */
  pending: string[];
  sessions: string[];
  ends: readonly number[];
  sentMs: number;
  timer: boolean;
}

const encoder = new TextEncoder();

/** A resume position as the `id` of an event: the next offset of every partition. */
export const formatPosition = (ends: readonly number[]): string => ends.join(".");

/** The position of a `Last-Event-ID`; null when it is not one of ours. */
export function parsePosition(id: string, partitions: number): number[] | null {
  const ends = id.split(".").map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : NaN));
  return ends.length === partitions && !ends.includes(NaN) ? ends : null;
}

/** One event with an array of records, or one event a record. */
export function formatActivity(records: readonly string[], batchMs: number, ends: readonly number[]): string {
  const id = formatPosition(ends);
  if (batchMs > 0) return `id: ${id}\nevent: activity\ndata: [${records.join(",")}]\n\n`;
  // Only the last of several carries the position: it is true once all of them have been read.
  return records.map((json, i) =>
    `${i === records.length - 1 ? `id: ${id}\n` : ""}event: activity\ndata: ${json}\n\n`
  )
    .join("");
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

  /** Opens the channel when it is not open. @returns its key: viewers with the same key get the same bytes */
  open(query: LiveQuery, ends: readonly number[]): string {
    const key = `${query.batchMs} ${query.deviceId ?? ""}`;
    const open = this.#channels.get(key);
    // What waits is sent now, so that it does not reach the newcomer, who has it as missed.
    if (open) this.#sendPending(open);
    else this.#channels.set(key, { key, query, pending: [], sessions: [], ends, sentMs: 0, timer: false });
    return key;
  }

  close(key: string): void {
    this.#channels.delete(key);
  }

  /** Takes committed records; `ends` is the position after them. */
  publish(records: readonly ActivityRecord[], ends: readonly number[]): void {
    if (this.#channels.size === 0) return;
    const json: (string | undefined)[] = [];
    const position = [...ends];
    for (const channel of this.#channels.values()) {
      const { deviceId } = channel.query;
      channel.ends = position;
      for (let i = 0; i < records.length; i++) {
        if (deviceId !== null && records[i].deviceId !== deviceId) continue;
        channel.pending.push(json[i] ??= JSON.stringify(records[i]));
      }
    }
    this.#schedule();
  }

  note(event: LiveSessionEvent): void {
    for (const { query, sessions } of this.#channels.values()) {
      if (query.deviceId === null || query.deviceId === event.deviceId) sessions.push(JSON.stringify(event));
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
    if (channel.timer || (pending.length === 0 && sessions.length === 0)) return;
    const waitMs = query.batchMs - PACE_SLACK_MS - (this.#now() - channel.sentMs);
    if (waitMs > 0) {
      channel.timer = true;
      setTimeout(() => {
        channel.timer = false;
        if (this.#channels.get(channel.key) === channel) this.#flush(channel);
      }, waitMs);
      return;
    }
    this.#sendPending(channel);
  }

  #sendPending(channel: Channel): void {
    const { query, pending, sessions } = channel;
    let frame = "";
    if (sessions.length > 0) frame += `event: session\ndata: [${sessions.join(",")}]\n\n`;
    if (pending.length > 0) frame += formatActivity(pending, query.batchMs, channel.ends);
    channel.pending = [];
    channel.sessions = [];
    channel.sentMs = this.#now();
    if (frame !== "") this.#send(channel.key, encoder.encode(frame));
  }
}
