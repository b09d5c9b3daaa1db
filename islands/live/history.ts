/**
 * Loads what phones did in the last ten minutes, for those on screen: with many phones that is most of the page's data, and most
 * of it nobody scrolls to.
 *
 * @module
 */
import type { LiveSession } from "../../web/services.ts";
import { STRIP_MS } from "./strip.ts";

/** A row that is scrolled past is not asked for, ms. */
const REST_MS = 150;
/** Questions at a time: the live stream needs a connection of the six that browsers open to a server. */
const MAX_ASKED = 3;
/** After a question that got no answer, ms. */
const RETRY_MS = 5000;

export class HistoryLoader {
  readonly #load: (deviceId: string) => Promise<LiveSession | null>;
  readonly #onLoaded: (deviceId: string, session: LiveSession | null) => void;
  /** Devices that are waited for, the longest first, and how many wait for each. */
  readonly #wanted = new Map<string, number>();
  readonly #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param onLoaded takes a device's live session; null when it has none any more
   * @param load asks the server; rejects when it does not answer
   */
  constructor(
    onLoaded: (deviceId: string, session: LiveSession | null) => void,
    load: (deviceId: string) => Promise<LiveSession | null> = loadSession,
  ) {
    this.#onLoaded = onLoaded;
    this.#load = load;
  }

  /** Waits for a device's history. @returns Gives it up */
  want(deviceId: string): () => void {
    this.#wanted.set(deviceId, (this.#wanted.get(deviceId) ?? 0) + 1);
    this.#later(REST_MS);
    return () => {
      const waiting = (this.#wanted.get(deviceId) ?? 0) - 1;
      if (waiting > 0) this.#wanted.set(deviceId, waiting);
      else this.#wanted.delete(deviceId);
    };
  }

  /** Asks no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted.clear();
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), ms);
  }

  #next(): void {
    for (const deviceId of this.#wanted.keys()) {
      if (this.#asked.size >= MAX_ASKED) return;
      if (!this.#asked.has(deviceId)) this.#ask(deviceId);
    }
  }

  async #ask(deviceId: string): Promise<void> {
    this.#asked.add(deviceId);
    try {
      const session = await this.#load(deviceId);
      this.#asked.delete(deviceId);
      if (this.#wanted.delete(deviceId)) this.#onLoaded(deviceId, session);
      this.#next();
    } catch {
      // That the server does not answer, the lost connection tells the person.
      this.#asked.delete(deviceId);
      if (this.#wanted.size > 0) this.#later(RETRY_MS);
    }
  }
}

async function loadSession(deviceId: string): Promise<LiveSession | null> {
  const query = new URLSearchParams({ live: "true", deviceId, recentMs: String(STRIP_MS), limit: "1" });
  const response = await fetch(`/api/sessions?${query}`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { items }: { items: LiveSession[] } = await response.json();
  return items[0] ?? null;
}
