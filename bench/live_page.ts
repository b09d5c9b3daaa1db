/**
 * The Live page in a browser while phones send: how smoothly it scrolls, what it holds in memory, and what each viewer costs the
 * server. The browser draws without a GPU and shares the machine's cores with the server and the phones.
 *
 * @module
 */
import type { Browser, CDPSession, Page } from "playwright-core";
import type { Clock } from "../commands/clock.ts";
import { findChromium, launchChromium } from "../e2e/browser.ts";
import { issueKeys, LIVE_PATH } from "./e2e.ts";
import { linearFit } from "./linear_fit.ts";
import { percentiles } from "./percentiles.ts";
import { sendLoad } from "./phones.ts";
import type { Row } from "./report.ts";
import type { Server } from "./server.ts";

/** Until every phone has results, s. */
const WARM_S = 15;
/** Viewers without a page, whose cost is measured. */
const VIEWERS = [0, 20, 100];
/** How long each number of them is measured, s. */
const VIEWERS_S = 20;
/** Until a number of viewers has settled, s. */
const SETTLE_S = 2;
/** Starting a browser and 100 streams takes a while, s. */
const SPARE_S = 15;
/** Memory is looked at this often; each time the garbage is collected first, which stops the page for a moment. */
const HEAP_SAMPLES = 12;
/** The page's memory is to be known after this time, s. */
const LONG_S = 1800;
/** A browser that has not answered by then will not: what it was asked takes two seconds. */
const STUCK_MS = 30_000;
const SCROLL_PX = 3000;
const SCROLL_PX_PER_S = 1500;
const CONNS = 50;
const VIEWPORT = { width: 1280, height: 800 };

export interface LivePageOptions {
  phones: number;
  /** How long the page is scrolled. */
  secs: number;
  clock: Clock;
  signal: AbortSignal;
}

/** Measures one server. */
export async function benchLivePage(server: Server, options: LivePageOptions): Promise<Row> {
  const { phones, secs, clock, signal } = options;
  const executable = findChromium();
  if (executable === null) throw new Error("the benchmark needs Chromium");
  const run = `l${Date.now().toString(36)}`;
  const keys = await issueKeys(server.url, run, phones, signal);
  const done = new AbortController();
  const total = WARM_S + secs + VIEWERS.length * (VIEWERS_S + SETTLE_S) + SPARE_S;
  const load = { url: server.url, run, phones, keys, conns: Math.min(CONNS, phones), secs: total };
  const loadSignal = AbortSignal.any([signal, done.signal]);
  const sending = sendLoad({ ...load, pace: "realTime", clock, signal: loadSignal });
  try {
    await clock.sleep(WARM_S * 1000, signal);
    const browser = await launchChromium(executable);
    let seen: Row;
    try {
      seen = await watchPage(browser, server, options);
    } finally {
      await browser.close();
    }
    const costs = await viewerCosts(server, options);
    done.abort();
    const { late, failed, refused } = await sending.catch(() => ({ late: NaN, failed: NaN, refused: NaN }));
    return {
      suite: "live",
      server: server.name,
      phones,
      seconds: secs,
      ...seen,
      ...costs,
      late,
      failed,
      refused,
    };
  } finally {
    done.abort();
    await sending.catch(() => {});
  }
}

/** Opens the page, scrolls it up and down for the time, and looks at it meanwhile. */
async function watchPage(
  browser: Browser,
  server: Server,
  { secs, clock, signal }: LivePageOptions,
): Promise<Row> {
  const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
  await page.addInitScript(noteFirstLiveValue);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  await cdp.send("HeapProfiler.enable");
  await page.goto(server.url);
  await page.waitForFunction(() => "firstLiveMs" in globalThis);
  const first = await page.evaluate(() => ({
    firstPaintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
    firstLiveValueMs: (globalThis as unknown as { firstLiveMs: number }).firstLiveMs,
  }));
  const before = await metricsOf(cdp);
  const startMs = clock.nowMs();
  const heap: [seconds: number, bytes: number][] = [];
  const framesMs: number[] = [];
  let direction = -1;
  while (clock.nowMs() - startMs < secs * 1000 && !signal.aborted) {
    if ((clock.nowMs() - startMs) / 1000 >= heap.length * secs / HEAP_SAMPLES) {
      heap.push([(clock.nowMs() - startMs) / 1000, await heapBytes(cdp)]);
    }
    const stuck = new Error(`the browser has not scrolled within ${STUCK_MS / 1000} s`);
    framesMs.push(...await orError(framesWhile(page, () => scroll(cdp, direction)), STUCK_MS, stuck));
    direction = await isAtEdge(page) ? -direction : direction;
  }
  heap.push([(clock.nowMs() - startMs) / 1000, await heapBytes(cdp)]);
  const after = await metricsOf(cdp);
  const seconds = after.Timestamp - before.Timestamp;
  const share = (name: string) => (after[name] - before[name]) / seconds;
  const [median, p95, p99] = percentiles(framesMs, [50, 95, 99]);
  const [lastS, lastBytes] = heap.at(-1)!;
  return {
    ...first,
    frames: framesMs.length,
    framesPerSMedian: 1000 / median,
    frameP95Ms: p95,
    frameP99Ms: p99,
    mainThreadShare: share("TaskDuration"),
    scriptShare: share("ScriptDuration"),
    layoutShare: share("LayoutDuration") + share("RecalcStyleDuration"),
    heapFirstMB: heap[0][1] / 1e6,
    heapLastMB: lastBytes / 1e6,
    heapMostMB: Math.max(...heap.map(([, bytes]) => bytes)) / 1e6,
    heapAfter30MinMB: (lastS >= LONG_S ? lastBytes : Math.max(lastBytes, linearFit(heap)(LONG_S))) / 1e6,
    heapAfter30MinIs: lastS >= LONG_S ? "measured" : "extrapolated",
    domNodes: after.Nodes,
  };
}

/** Runs in the page, before its own scripts: notes when the first result of the stream is in the document. */
function noteFirstLiveValue(): void {
  let hasEvent = false;
  const { addEventListener } = EventSource.prototype;
  const listen = function (this: EventSource, ...args: Parameters<EventTarget["addEventListener"]>) {
    if (args[0] === "activity") addEventListener.call(this, "activity", () => hasEvent = true);
    EventTarget.prototype.addEventListener.apply(this, args);
  };
  Object.assign(EventSource.prototype, { addEventListener: listen });
  const observer = new MutationObserver((mutations) => {
    const isLive = ({ target }: MutationRecord) =>
      (target instanceof Element ? target : target.parentElement)?.closest("tbody, .cards");
    if (!hasEvent || !mutations.some(isLive)) return;
    observer.disconnect();
    Object.assign(globalThis, { firstLiveMs: performance.now() });
  });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
}

/** Lengths of the frames that the page draws while something happens, ms. */
async function framesWhile(page: Page, action: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const frames: number[] = [];
    let lastMs = performance.now();
    const next = (nowMs: number) => {
      frames.push(nowMs - lastMs);
      lastMs = nowMs;
      if (state.isOn) requestAnimationFrame(next);
    };
    const state = { isOn: true, frames };
    Object.assign(globalThis, { frameState: state });
    requestAnimationFrame((nowMs) => {
      lastMs = nowMs;
      requestAnimationFrame(next);
    });
  });
  await action();
  return await page.evaluate(() => {
    const { frameState } = globalThis as unknown as { frameState: { isOn: boolean; frames: number[] } };
    frameState.isOn = false;
    return frameState.frames;
  });
}

async function scroll(cdp: CDPSession, direction: number): Promise<void> {
  await cdp.send("Input.synthesizeScrollGesture", {
    x: VIEWPORT.width / 2,
    y: VIEWPORT.height / 2,
    yDistance: direction * SCROLL_PX,
    speed: SCROLL_PX_PER_S,
    preventFling: true,
    gestureSourceType: "mouse",
  });
}

function isAtEdge(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { scrollHeight, clientHeight } = document.documentElement;
    return scrollY <= 0 || scrollY >= scrollHeight - clientHeight - 1;
  });
}

async function metricsOf(cdp: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

async function heapBytes(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  return (await metricsOf(cdp)).JSHeapUsedSize;
}

/** What the server uses with each number of viewers. */
async function viewerCosts(server: Server, { clock, signal }: LivePageOptions): Promise<Row> {
  const cores: number[] = [];
  for (const viewers of VIEWERS) {
    const streams = await Promise.all(
      Array.from({ length: viewers }, () => Stream.open(server.url + LIVE_PATH)),
    );
    await clock.sleep(SETTLE_S * 1000, signal);
    const before = await server.usage();
    await clock.sleep(VIEWERS_S * 1000, signal);
    cores.push(((await server.usage()).cpuS - before.cpuS) / VIEWERS_S);
    await Promise.all(streams.map((stream) => stream.close()));
  }
  const most = VIEWERS.at(-1)!;
  return {
    ...Object.fromEntries(VIEWERS.map((viewers, i) => [`coresWith${viewers}Viewers`, cores[i]])),
    cpuMsPerSPerViewer: (cores.at(-1)! - cores[0]) * 1000 / most,
  };
}

/** A live stream that is read and not kept. */
class Stream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reading: Promise<void>;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
    this.#reading = this.#read();
  }

  static async open(url: string): Promise<Stream> {
    const { ok, status, body } = await fetch(url);
    if (!ok || body === null) throw new Error(`${url}: answered ${status}`);
    return new Stream(body);
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (!(await this.#reader.read()).done);
  }
}

/** @throws the error when the work takes longer */
async function orError<T>(work: Promise<T>, maxMs: number, error: Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => timer = setTimeout(() => reject(error), maxMs));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
