/**
 * The state of the Live page: one signal per session, so that only cards that changed are drawn again.
 *
 * @module
 */
import { batch, type Signal, signal } from "@preact/signals";
import { ACTIVITIES, type Activity, type ActivityRecord } from "../../log/records.ts";
import type { WindowSettings } from "../../stream/settings.ts";
import { type Card, cardFromSession, cardKey, openCard, withResult } from "./card.ts";
import type { LiveSession } from "../../web/services.ts";

/** More cards than this cannot be taken in at a glance, and each has a chart: beyond it sessions are rows of a table. */
export const MAX_CARDS = 12;
/** Rows drawn at most: more than anyone reads, and what a slow phone still scrolls smoothly. */
export const MAX_SHOWN = 200;
/** Sessions kept at most; at the limit the oldest ended one goes first. */
export const MAX_SESSIONS = 2000;
/** Phones upload every second or few; after this silence something is wrong with the phone or the network. */
export const SILENT_AFTER_MS = 10_000;
/** How long an ended session stays on the page, ms. */
export const ENDED_SHOWN_MS = 120_000;
/** The last windows of a session may follow its end; a result later than this means that the phone is back. */
const LATE_RESULT_MS = 2000;
/** Without the server's word, a session silent for this much longer than the idle time has ended. */
const IDLE_GRACE_MS = 15_000;

/** One entry of the live stream's `session` event. */
export interface SessionChange {
  sessionId: string;
  deviceId: string;
  status: "opened" | "closed";
  /** Server clock, ms. */
  at: number;
}

/** The page's headline. */
export interface Summary {
  live: number;
  silent: number;
  /** Median delay of results behind real time, ms; null without results. */
  lagMs: number | null;
  /** Live sessions by their newest result. */
  counts: Record<Activity, number>;
}

export interface ModelInit {
  cards: Card[];
  /** Live sessions in all; more than `cards` when there are many. */
  total: number;
  nowMs: number;
  window: WindowSettings;
  /** What people call their devices. */
  names: Record<string, string>;
}

export class LiveModel {
  readonly nowMs: Signal<number>;
  /** Keys of the sessions in the order they are shown. */
  readonly order: Signal<string[]> = signal([]);
  readonly summary: Signal<Summary> = signal({
    live: 0,
    silent: 0,
    lagMs: null,
    counts: countActivities([]),
  });
  readonly window: WindowSettings;
  readonly #cards = new Map<string, Signal<Card>>();
  readonly #names: Map<string, string>;
  /** Live sessions that the snapshot was too short to hold and that have sent nothing since. */
  #unseen: number;

  constructor({ cards, total, nowMs, window, names }: ModelInit) {
    this.nowMs = signal(nowMs);
    this.window = window;
    this.#names = new Map(Object.entries(names));
    for (const card of cards) this.#cards.set(card.key, signal(card));
    this.#unseen = Math.max(0, total - cards.length);
    this.#arrange();
  }

  /** The signal of a session in {@linkcode order}. */
  card(key: string): Signal<Card> {
    const card = this.#cards.get(key);
    if (!card) throw new Error(`Cannot find session ${key} in the model`);
    return card;
  }

  /** Remembers what a device is called, for sessions that open later. */
  nameDevice(deviceId: string, name: string): void {
    this.#names.set(deviceId, name);
  }

  /** Starts again from a snapshot: what was shown and is not in it has ended unseen. */
  reset(sessions: LiveSession[], total: number, nowMs: number): void {
    batch(() => {
      const fresh = new Set<string>();
      for (const session of sessions) {
        const card = cardFromSession(session, this.#names.get(session.deviceId), this.window.slideMs);
        fresh.add(card.key);
        this.#put(card);
      }
      for (const key of this.#cards.keys()) if (!fresh.has(key)) this.#cards.delete(key);
      this.#unseen = Math.max(0, total - sessions.length);
      this.nowMs.value = nowMs;
      this.#arrange();
    });
  }

  /**
   * Takes what the live stream brought, oldest first.
   *
   * @returns Sessions whose activity is another now
   */
  apply(events: (ActivityRecord[] | SessionChange[])[], nowMs: number): Card[] {
    const changed = new Map<string, Card>();
    batch(() => {
      for (const event of events.flat()) {
        if ("status" in event) this.#change(event);
        else {
          const before = this.#cards.get(cardKey(event))?.peek().current?.activity;
          const card = this.#result(event, nowMs);
          if (card.current?.activity !== before) changed.set(card.key, card);
        }
      }
      this.#arrange();
    });
    return [...changed.values()];
  }

  /** Moves the clock: ages, silence, and sessions to take off the page. */
  tick(nowMs: number): void {
    batch(() => {
      this.nowMs.value = nowMs;
      for (const [key, card] of this.#cards) {
        const { ended, endedAtMs, arrivedAtMs } = card.peek();
        if (ended) {
          if (nowMs - (endedAtMs ?? nowMs) > ENDED_SHOWN_MS) this.#cards.delete(key);
        } else if (nowMs - arrivedAtMs > this.window.sessionIdleMs + IDLE_GRACE_MS) {
          card.value = { ...card.peek(), ended: true, endedAtMs: nowMs };
        }
      }
      this.#arrange();
    });
  }

  #change({ sessionId, deviceId, status, at }: SessionChange): void {
    const known = this.#cards.get(cardKey({ sessionId, deviceId }));
    if (status === "closed") {
      if (known) known.value = { ...known.peek(), ended: true, endedAtMs: at };
      else this.#unseen = Math.max(0, this.#unseen - 1);
    } else if (known) {
      known.value = { ...known.peek(), ended: false, endedAtMs: null, arrivedAtMs: at };
    } else {
      this.#put(openCard({ sessionId, deviceId }, this.#names.get(deviceId), at));
    }
  }

  #result(record: ActivityRecord, nowMs: number): Card {
    const known = this.#cards.get(cardKey(record))?.peek();
    if (!known) this.#unseen = Math.max(0, this.#unseen - 1);
    let card = withResult(
      known ?? openCard(record, this.#names.get(record.deviceId), nowMs),
      record,
      nowMs,
      this.window.slideMs,
    );
    if (card.ended && card !== known && nowMs - (card.endedAtMs ?? 0) > LATE_RESULT_MS) {
      card = { ...card, ended: false, endedAtMs: null };
    }
    this.#put(card);
    return card;
  }

  #put(card: Card): void {
    const known = this.#cards.get(card.key);
    if (known) {
      known.value = card;
      return;
    }
    if (this.#cards.size >= MAX_SESSIONS) {
      const oldest = [...this.#cards.values()].map((entry) => entry.peek())
        .reduce((a, b) => (Number(b.ended) - Number(a.ended) || a.arrivedAtMs - b.arrivedAtMs) > 0 ? b : a);
      this.#cards.delete(oldest.key);
    }
    this.#cards.set(card.key, signal(card));
  }

  /** Troubled sessions first, then the newest; ended ones last. Within that the order is steady, so that nothing jumps. */
  #arrange(): void {
    const nowMs = this.nowMs.peek();
    const cards = [...this.#cards.values()].map((card) => card.peek());
    const rank = (card: Card) => card.ended ? 2 : isSilent(card, nowMs) ? 0 : 1;
    cards.sort((a, b) => rank(a) - rank(b) || b.openedAtMs - a.openedAtMs || (a.key < b.key ? -1 : 1));
    const keys = cards.map(({ key }) => key);
    const shown = this.order.peek();
    if (keys.length !== shown.length || keys.some((key, i) => key !== shown[i])) this.order.value = keys;

    const live = cards.filter((card) => !card.ended);
    const heard = live.filter((card) => card.current && !isSilent(card, nowMs)).map((card) => card.behindMs);
    heard.sort((a, b) => a - b);
    const next: Summary = {
      live: live.length + this.#unseen,
      silent: live.filter((card) => isSilent(card, nowMs)).length,
      lagMs: heard.length > 0 ? heard[heard.length >> 1] : null,
      counts: countActivities(live),
    };
    if (!isSameSummary(next, this.summary.peek())) this.summary.value = next;
  }
}

/** Whether a live session should have sent something by now. */
export function isSilent(card: Card, nowMs: number): boolean {
  return !card.ended && nowMs - card.arrivedAtMs > SILENT_AFTER_MS;
}

function countActivities(live: Card[]): Record<Activity, number> {
  const counts: Record<Activity, number> = { stationary: 0, walking: 0, running: 0, unknown: 0 };
  for (const { current } of live) if (current) counts[current.activity]++;
  return counts;
}

function isSameSummary(a: Summary, b: Summary): boolean {
  return a.live === b.live && a.silent === b.silent && a.lagMs === b.lagMs &&
    ACTIVITIES.every((activity) => a.counts[activity] === b.counts[activity]);
}
