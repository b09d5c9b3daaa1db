/**
 * What a session's page knows and shows.
 *
 * @module
 */
import { batch, computed, type Signal, signal } from "@preact/signals";
import type { Label, Segment, Series, SessionDetail, SessionId } from "../../web/services.ts";
import { apiPath } from "./api.ts";
import { runsOf, summarize } from "./series.ts";
import { fit, follow, isWhole, lengthOf, type Selection, type Span } from "./span.ts";

/** Buckets of a series; half of them are in view, the others are what one may move to at once. */
export const POINTS = 1200;
/** Moving and zooming must have paused for this long before finer data are asked for, ms. */
export const SETTLE_MS = 120;
/** Segments of an answer that the page began with, so that a long session does not make it heavy. */
export const FIRST_SEGMENTS = 500;

/** The session with which a page begins. */
export interface SessionInit {
  session: SessionDetail;
  /** null: no results yet. */
  series: Series | null;
  /** What the address says is in view. */
  view: Span | null;
}

export class SessionModel {
  readonly id: SessionId;
  readonly session: Signal<SessionDetail>;
  readonly series: Signal<Series | null>;
  readonly view: Signal<Span>;
  /** The view once it has stood still: what costs more than a frame goes by it. */
  readonly settledView: Signal<Span>;
  readonly selection: Signal<Selection | null> = signal(null);
  /** Where the replay stands, ms since the Unix epoch. */
  readonly atMs: Signal<number>;
  /** What the pointer is over, ms since the Unix epoch. */
  readonly hoverMs: Signal<number | null> = signal(null);
  readonly isLost = signal(false);
  /** Beginning and end of the session. */
  readonly bounds = computed((): Span => boundsOf(this.session.value));
  readonly runs = computed(() => this.series.value ? runsOf(this.series.value) : []);
  readonly summary = computed(() =>
    this.series.value && summarize(this.series.value, this.settledView.value)
  );
  #loading: AbortController | null = null;

  constructor({ session, series, view }: SessionInit) {
    this.id = { deviceId: session.deviceId, sessionId: session.sessionId };
    const bounds = boundsOf(session);
    this.session = signal(session);
    this.series = signal(series);
    this.view = signal(view === null ? bounds : fit(view, bounds));
    this.settledView = signal(this.view.peek());
    this.atMs = signal(this.view.peek().from);
  }

  get labels(): Label[] {
    return this.session.value.labels;
  }

  setLabels(labels: Label[]): void {
    this.session.value = { ...this.session.peek(), labels };
  }

  /** Shows a span, as far as there is such a one. */
  show(span: Span): void {
    this.view.value = fit(span, this.bounds.peek());
  }

  /** Takes the session anew; whoever looks at its end goes on doing so. */
  update(session: SessionDetail): void {
    const before = this.bounds.peek(), hadResults = this.session.peek().startedAt !== null;
    batch(() => {
      this.session.value = session;
      const bounds = this.bounds.peek();
      const view = this.view.peek(), next = hadResults ? follow(view, before, bounds) : bounds;
      // An equal view is the same: nothing has to be loaded for it.
      if (next.from !== view.from || next.to !== view.to) this.view.value = next;
      if (!hadResults) this.atMs.value = bounds.from;
    });
  }

  /** What is asked for: what is in view, and half as much on either side. */
  seriesSpan(): Span {
    const view = this.view.peek(), bounds = this.bounds.peek(), marginMs = lengthOf(view) / 2;
    return {
      from: Math.max(bounds.from, Math.floor(view.from - marginMs)),
      to: Math.min(bounds.to, Math.ceil(view.to + marginMs)),
    };
  }

  /** Loads what is in view; an older question is given up. */
  async loadSeries(): Promise<void> {
    if (this.session.peek().startedAt === null) return;
    this.#loading?.abort();
    const loading = this.#loading = new AbortController();
    const { from, to } = this.seriesSpan();
    const query = { from: String(from), to: String(to), points: String(POINTS) };
    const series = await load<Series>(apiPath(this.id, "/series", query), loading.signal);
    if (loading.signal.aborted) return;
    this.isLost.value = series === null;
    this.series.value = series ?? this.series.peek();
  }

  /** The view stands still. */
  async settle(): Promise<void> {
    this.settledView.value = this.view.peek();
    await this.loadSeries();
  }

  /** Loads the session and what is in view. */
  async reload(): Promise<void> {
    const session = await load<SessionDetail>(apiPath(this.id));
    this.isLost.value = session === null;
    if (session === null) return;
    this.update(session);
    await this.loadSeries();
  }

  /** The view as the page's address has it; nothing when all is in view. */
  viewQuery(): Record<string, string> {
    const view = this.view.value;
    return isWhole(view, this.bounds.value) ? {} : { from: String(view.from), to: String(view.to) };
  }
}

/** The segment that a time lies in; null in a gap. */
export function segmentAt(segments: readonly Segment[], atMs: number): Segment | null {
  let low = 0, high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].from <= atMs) low = middle + 1;
    else high = middle;
  }
  const found = segments[low - 1];
  return found !== undefined && atMs <= found.to ? found : null;
}

const boundsOf = ({ startedAt, endedAt, receivedAt }: SessionDetail): Span => ({
  from: startedAt ?? receivedAt,
  to: endedAt ?? receivedAt + 1,
});

/** @returns null when the server does not answer, which the page tells */
async function load<T>(path: string, signal?: AbortSignal): Promise<T | null> {
  try {
    const response = await fetch(path, { signal });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
