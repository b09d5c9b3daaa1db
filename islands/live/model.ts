/**
 * The state of the Live page: one signal per phone, so that only cards that changed are drawn again.
 *
 * @module
 */
import { batch, type Signal, signal } from "@preact/signals";
import { ACTIVITIES, type Activity, type ActivityRecord, sessionKey } from "../../log/records.ts";
import type { WindowSettings } from "../../stream/settings.ts";
import type { LiveSessionEvent } from "../../web/live_channels.ts";
import type { LiveSession } from "../../web/services.ts";
import { type Card, cardFromSession, openCard, withHistory, withResult } from "./card.ts";
import { arrangePhones, keepOrder, LATELY_MS, type View } from "./view.ts";

/** More cards than this cannot be taken in at a glance, and each has a chart: beyond it phones are rows of a table. */
export const MAX_CARDS = 12;
/** Phones of the first snapshot; those beyond it come when they send something. */
export const MAX_SHOWN = 1000;
/** With many phones the snapshot has only so much of what they did before, ms; the rest is loaded for those on screen. */
export const SNAPSHOT_RECENT_MS = LATELY_MS;
/** Phones kept at most; at the limit the oldest ended one goes first. */
export const MAX_PHONES = 2000;
/** Phones upload every second or few; after this silence something is wrong with the phone or the network. */
export const SILENT_AFTER_MS = 10_000;
/** How long a phone whose session ended stays on the page, ms. */
export const ENDED_SHOWN_MS = 120_000;
/** Phones that save power send every ten seconds or so; results that are later than this are noticed, ms. */
const STRAY_BEHIND_MS = 30_000;
/** Clocks set by the network agree to well under a second; results from further ahead are noticed, ms. */
const STRAY_AHEAD_MS = 1000;
/** The last windows of a session may follow its end; a result later than this means that the phone is back. */
const LATE_RESULT_MS = 2000;
/** The last windows of a session follow its end within this, ms, however busy the server is. */
const LAST_RESULTS_MS = 10_000;
/** An order that changes all the time is looked at anew this often, ms. */
const RESORT_MS = 3000;
/** While someone points at or moves among the phones, and so long after, none moves away under the hand, ms. */
const HOLD_MS = 3000;
/** Without the server's word, a session silent for this much longer than the idle time has ended. */
const IDLE_GRACE_MS = 15_000;

/** The page's headline. */
export interface Summary {
  /** Phones that are known, also those that ended. */
  known: number;
  live: number;
  silent: number;
  /** Live phones that the snapshot was too short for and that have sent nothing since. */
  unseen: number;
  /** Median delay of results behind real time, ms; null without results. */
  lagMs: number | null;
  /** Live phones by their newest result. */
  counts: Record<Activity, number>;
}

export interface ModelInit {
  cards: Card[];
  /** Live phones in all; more than `cards` when there are many. */
  total: number;
  nowMs: number;
  window: WindowSettings;
  /** What people call their devices. */
  names: Record<string, string>;
  view: View;
}

export class LiveModel {
  readonly nowMs: Signal<number>;
  /** Device ids of the phones that the view asks for, in the order they are shown. */
  readonly order: Signal<string[]> = signal([]);
  readonly view: Signal<View>;
  readonly summary: Signal<Summary> = signal({
    known: 0,
    live: 0,
    silent: 0,
    unseen: 0,
    lagMs: null,
    counts: countActivities([]),
  });
  readonly window: WindowSettings;
  /** By device id. */
  readonly #cards = new Map<string, Signal<Card>>();
  readonly #names: Map<string, string>;
  /** When sessions ended that phones had left before, by session key; only the latest. */
  readonly #left = new Map<string, number>();
  /** Live phones that the snapshot was too short to hold and that have sent nothing since. */
  #unseen: number;
  #heldUntilMs = -Infinity;
  #sortedAtMs = -Infinity;

  constructor({ cards, total, nowMs, window, names, view }: ModelInit) {
    this.nowMs = signal(nowMs);
    this.view = signal(view);
    this.window = window;
    this.#names = new Map(Object.entries(names));
    for (const card of cards) this.#cards.set(card.deviceId, signal(card));
    this.#unseen = Math.max(0, total - cards.length);
    this.#arrange();
  }

  /** The signal of a phone in {@linkcode order}. */
  card(deviceId: string): Signal<Card> {
    const card = this.#cards.get(deviceId);
    if (!card) throw new Error(`Cannot find device ${deviceId} in the model`);
    return card;
  }

  /** Shows what the person chose, at once in its order. */
  show(view: View): void {
    batch(() => {
      this.view.value = view;
      this.#heldUntilMs = this.#sortedAtMs = -Infinity;
      this.#arrange();
    });
  }

  /** Someone points at the phones or moves among them: they stay where they are for a while. */
  hold(nowMs: number): void {
    this.#heldUntilMs = nowMs + HOLD_MS;
  }

  /** Completes a phone's history; null when the server knows no live session of it any more. */
  complete(deviceId: string, session: LiveSession | null): void {
    const card = this.#cards.get(deviceId);
    if (!card) return;
    card.value = session
      ? withHistory(card.peek(), session, this.window.slideMs)
      : { ...card.peek(), hasHistory: true };
  }

  /** Starts again from a snapshot: what was shown and is not in it has ended unseen. */
  reset(sessions: LiveSession[], total: number, nowMs: number): void {
    batch(() => {
      const fresh = new Set<string>();
      for (const session of sessions) {
        const name = this.#names.get(session.deviceId);
        const card = cardFromSession(session, name, this.window.slideMs, SNAPSHOT_RECENT_MS);
        fresh.add(card.deviceId);
        this.#put({ ...card, shownAtMs: this.#cards.get(card.deviceId)?.peek().shownAtMs ?? card.shownAtMs });
      }
      for (const id of this.#cards.keys()) if (!fresh.has(id)) this.#cards.delete(id);
      this.#unseen = Math.max(0, total - sessions.length);
      this.nowMs.value = nowMs;
      this.#arrange();
    });
  }

  /**
   * Takes what the live stream brought, oldest first.
   *
   * @returns Phones whose activity is another now
   */
  apply(events: (ActivityRecord[] | LiveSessionEvent[])[], nowMs: number): Card[] {
    const changed = new Map<string, Card>();
    batch(() => {
      for (const event of events.flat()) {
        if ("status" in event) this.#change(event, nowMs);
        else {
          const before = this.#cards.get(event.deviceId)?.peek().current?.activity;
          const card = this.#result(event, nowMs);
          if (card.current?.activity !== before) changed.set(card.deviceId, card);
        }
      }
      this.#arrange();
    });
    return [...changed.values()];
  }

  /** Moves the clock: ages, silence, and phones to take off the page. */
  tick(nowMs: number): void {
    batch(() => {
      this.nowMs.value = nowMs;
      for (const [key, endedMs] of this.#left) {
        if (nowMs - endedMs > LAST_RESULTS_MS) this.#left.delete(key);
      }
      for (const [deviceId, card] of this.#cards) {
        const { ended, endedAtMs, arrivedAtMs } = card.peek();
        if (ended) {
          if (nowMs - (endedAtMs ?? nowMs) > ENDED_SHOWN_MS) this.#cards.delete(deviceId);
        } else if (nowMs - arrivedAtMs > this.window.sessionIdleMs + IDLE_GRACE_MS) {
          card.value = { ...card.peek(), ended: true, endedAtMs: nowMs };
        }
      }
      this.#arrange();
    });
  }

  #change({ status, at, session }: LiveSessionEvent, nowMs: number): void {
    const { deviceId, sessionId } = session;
    const known = this.#cards.get(deviceId)?.peek();
    const isShown = known?.sessionId === sessionId;
    if (status === "opened") {
      if (isShown) this.#put({ ...known, ended: false, endedAtMs: null, arrivedAtMs: at });
      else this.#turnOver(session, known, at, true);
    } else if (isShown) {
      this.#put({ ...known, ended: true, endedAtMs: at });
    } else if (known) {
      this.#left.set(sessionKey(deviceId, sessionId), nowMs);
    } else {
      this.#unseen = Math.max(0, this.#unseen - 1);
    }
  }

  /** @returns The phone's card, with the result if it is of the session shown */
  #result(record: ActivityRecord, nowMs: number): Card {
    const known = this.#cards.get(record.deviceId)?.peek();
    if (!known) this.#unseen = Math.max(0, this.#unseen - 1);
    if (known && known.sessionId !== record.sessionId && !this.#isGivenUp(known, record, nowMs)) return known;
    const shown = known?.sessionId === record.sessionId ? known : this.#turnOver(record, known, nowMs, false);
    let card = withResult(shown, record, nowMs, this.window.slideMs);
    if (card.ended && card !== shown && nowMs - (card.endedAtMs ?? 0) > LATE_RESULT_MS) {
      card = { ...card, ended: false, endedAtMs: null };
    }
    this.#put(card);
    return card;
  }

  /**
   * Whether a result of another session means that the phone has gone on to that. Usually its opening says so, but a page that
   * was offline then missed it; and the last windows of a session that the phone had left follow when that has been idle, which
   * must not bring it back.
   */
  #isGivenUp(card: Card, { deviceId, sessionId }: ActivityRecord, nowMs: number): boolean {
    return (card.ended || this.#isSilent(card, nowMs)) && !this.#left.has(sessionKey(deviceId, sessionId));
  }

  /**
   * Gives a phone's card, in its place, to another session.
   *
   * @param isBeginning Whether the session has opened just now; else it was there before the page knew of it
   */
  #turnOver(
    session: { deviceId: string; sessionId: string },
    known: Card | undefined,
    atMs: number,
    isBeginning: boolean,
  ): Card {
    const card = openCard(session, this.#names.get(session.deviceId), atMs, isBeginning);
    const turned = known ? { ...card, shownAtMs: known.shownAtMs } : card;
    this.#put(turned);
    return turned;
  }

  #isSilent(card: Card, nowMs: number): boolean {
    return isSilent(card, nowMs, this.window);
  }

  #put(card: Card): void {
    const known = this.#cards.get(card.deviceId);
    if (known) {
      known.value = card;
      return;
    }
    if (this.#cards.size >= MAX_PHONES) {
      const oldest = [...this.#cards.values()].map((entry) => entry.peek())
        .reduce((a, b) => (Number(b.ended) - Number(a.ended) || a.arrivedAtMs - b.arrivedAtMs) > 0 ? b : a);
      this.#cards.delete(oldest.deviceId);
    }
    this.#cards.set(card.deviceId, signal(card));
  }

  #arrange(): void {
    const nowMs = this.nowMs.peek();
    const cards = [...this.#cards.values()].map((card) => card.peek());
    const view = this.view.peek();
    const arranged = arrangePhones(cards, view, nowMs, (card) => this.#isSilent(card, nowMs));
    let ids = arranged.map(({ deviceId }) => deviceId);
    const shown = this.order.peek();
    const isSteady = view.sort === "trouble" || view.sort === "name";
    if (nowMs < this.#heldUntilMs || (!isSteady && nowMs - this.#sortedAtMs < RESORT_MS)) {
      ids = keepOrder(shown, ids);
    } else this.#sortedAtMs = nowMs;
    if (ids.length !== shown.length || ids.some((id, i) => id !== shown[i])) this.order.value = ids;

    const live = cards.filter((card) => !card.ended);
    const heard = live.filter((card) => card.current && !this.#isSilent(card, nowMs)).map((card) =>
      card.behindMs
    );
    heard.sort((a, b) => a - b);
    const next: Summary = {
      known: cards.length,
      live: live.length + this.#unseen,
      silent: live.filter((card) => this.#isSilent(card, nowMs)).length,
      unseen: this.#unseen,
      lagMs: heard.length > 0 ? heard[heard.length >> 1] : null,
      counts: countActivities(live),
    };
    if (!isSameSummary(next, this.summary.peek())) this.summary.value = next;
  }
}

/**
 * How far a phone's results are from where they should be, ms: behind (positive) or ahead (negative) of the clock; null while that is
 * what the way from the phone explains.
 */
export function strayMs(
  { ended, current, behindMs }: Pick<Card, "ended" | "current" | "behindMs">,
  { latenessMs }: WindowSettings,
): number | null {
  if (ended || !current) return null;
  if (behindMs > STRAY_BEHIND_MS) return behindMs;
  // The reading that closed the window is so much younger.
  return behindMs < -STRAY_AHEAD_MS ? behindMs - latenessMs : null;
}

/** Whether a live phone should have sent something by now; before its first window is full, results say nothing of that. */
export function isSilent(
  { ended, current, arrivedAtMs }: Card,
  nowMs: number,
  window: WindowSettings,
): boolean {
  const expectedMs = current ? 0 : firstResultMs(window);
  return !ended && nowMs - arrivedAtMs > expectedMs + SILENT_AFTER_MS;
}

/** Longest time from a session's start to its first result when readings arrive as they are made, ms. */
export function firstResultMs({ windowMs, slideMs, latenessMs }: WindowSettings): number {
  // The first full window begins at the next slide and is closed when late readings have had their time.
  return slideMs + windowMs + latenessMs;
}

function countActivities(live: Card[]): Record<Activity, number> {
  const counts: Record<Activity, number> = { stationary: 0, walking: 0, running: 0, unknown: 0 };
  for (const { current } of live) if (current) counts[current.activity]++;
  return counts;
}

function isSameSummary(a: Summary, b: Summary): boolean {
  return a.known === b.known && a.live === b.live && a.unseen === b.unseen && a.silent === b.silent &&
    a.lagMs === b.lagMs &&
    ACTIVITIES.every((activity) => a.counts[activity] === b.counts[activity]);
}
