/**
 * A phone's recording: from the sensor into the outbox and from there to the server, through reloads, without network, hidden or not.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { Batcher, type Message, type Sample, type Session } from "./batcher.ts";
import { BrowserOutbox } from "./indexed_db.ts";
import { Movement } from "./movement.ts";
import type { Pairing, Waiting } from "./outbox.ts";
import { postAtLast, postMessages } from "./post.ts";
import { Sender, type SenderState } from "./sender.ts";
import { askPermission, followMotion, type SensorTrouble, sensorTrouble } from "./sensor.ts";

/** `recording` goes on after a reload; `resuming` waits for the tap that iOS wants before motion may be read again. */
export type Phase = "opening" | "unpaired" | "ready" | "resuming" | "recording";
export type Trouble = SensorTrouble | "noSensor" | "otherTab" | "noDatabase";

/** What did not reach the server and never will. */
export interface Lost {
  /** Messages it refused for good, with its last reason. */
  refused: number;
  why: string;
  /** Messages that grew too old. */
  tooOld: number;
  /** Messages that found the outbox full. */
  full: number;
}

/** A recording that broke off so long ago is over: what comes is a new session, ms. */
const RESUME_MS = 30 * 60_000;
/** A clock that was set back so far meanwhile would put readings before windows that are closed: a new session, ms. */
const CLOCK_BACK_MS = 1000;
/** A page that was reloaded waits so long for the page before to be gone, ms. */
const OTHER_TAB_MS = 2000;
const LOCK = "activity-tracker-recorder";

/** See the module's text. */
export class Recorder {
  readonly phase = signal<Phase>("opening");
  readonly trouble = signal<Trouble | null>(null);
  readonly pairing = signal<Pairing | null>(null);
  readonly sender = signal<SenderState>({ kind: "idle" });
  readonly waiting = signal<Waiting>({ messages: 0, bytes: 0 });
  readonly lost = signal<Lost>({ refused: 0, why: "", tooOld: 0, full: 0 });
  /** Since when the page is hidden, ms since the Unix epoch; null: it is not. */
  readonly hiddenSinceMs = signal<number | null>(null);
  /** How long it was hidden while recording, ms. */
  readonly hiddenMs = signal(0);
  /** Whether the screen is kept on. */
  readonly isAwake = signal(false);
  movement = new Movement();
  #outbox!: BrowserOutbox;
  #sender: Sender | null = null;
  #batcher: Batcher | null = null;
  /** One that a reload interrupted. */
  #interrupted: Session | null = null;
  #stopMotion: (() => void) | null = null;
  #wakeLock: WakeLockSentinel | null = null;
  #releaseTab: (() => void) | null = null;
  /** All writes so far. */
  #written: Promise<unknown> = Promise.resolve();

  /** Opens the outbox, sends what waits there, and goes on recording where a reload interrupted it. */
  async open(): Promise<void> {
    try {
      this.#outbox = await BrowserOutbox.open();
    } catch (error) {
      console.warn("The outbox cannot be opened:", error);
      this.trouble.value = "noDatabase";
      return;
    }
    const { pairing, session, lastMs } = await this.#outbox.remember();
    this.waiting.value = this.#outbox.waiting();
    document.addEventListener("visibilitychange", () => this.#onVisibility());
    addEventListener("pagehide", () => this.#flushAtLast());
    addEventListener("online", () => this.#sender?.retry());
    if (pairing === null) {
      this.phase.value = "unpaired";
      return;
    }
    this.pairing.value = pairing;
    this.#startSending();
    const sinceMs = Date.now() - lastMs;
    const goesOn = session !== null && sinceMs > -CLOCK_BACK_MS && sinceMs < RESUME_MS;
    this.#interrupted = goesOn ? session : null;
    this.phase.value = goesOn ? "resuming" : "ready";
    if (goesOn) await this.start();
  }

  /** Takes the phone's key, also in place of one that was revoked. What waits is sent with the new one. */
  async pair(pairing: Pairing): Promise<void> {
    await this.#outbox.pair(pairing);
    this.pairing.value = pairing;
    if (this.#sender === null) this.#startSending();
    else this.#sender.retry();
    if (this.phase.value === "unpaired") this.phase.value = "ready";
  }

  /** Records, in the session that was interrupted or in a new one. */
  async start(): Promise<void> {
    this.trouble.value = sensorTrouble() ?? await askPermission();
    if (this.trouble.value !== null) return;
    if (!await this.#takeTab()) {
      this.trouble.value = "otherTab";
      return;
    }
    this.movement = new Movement();
    this.hiddenMs.value = 0;
    this.#batcher = new Batcher(this.pairing.value!.deviceId, this.#interrupted ?? newSession());
    this.#interrupted = null;
    this.#stopMotion = followMotion(
      (sample) => this.#onSample(sample),
      () => void (this.trouble.value = "noSensor"),
    );
    this.phase.value = "recording";
    await this.#keepAwake();
  }

  async stop(): Promise<void> {
    this.#stopMotion?.();
    this.#stopMotion = null;
    this.#write(this.#batcher?.flush() ?? null);
    this.#batcher = null;
    this.phase.value = "ready";
    this.#releaseTab?.();
    await this.#wakeLock?.release();
    await this.#written;
    await this.#outbox.endSession();
  }

  #onSample(sample: Sample): void {
    if (this.trouble.value === "noSensor") this.trouble.value = null;
    this.movement.add(sample);
    this.#write(this.#batcher!.add(sample));
  }

  /** The write is begun at once: when the page is about to go, nothing that is begun later is done. */
  #write(message: Message | null): void {
    if (message === null) return;
    const write = this.#outbox.add(message, { ...this.#batcher!.session }, Date.now()).then((isKept) => {
      if (!isKept) this.lost.value = { ...this.lost.value, full: this.lost.value.full + 1 };
      this.waiting.value = this.#outbox.waiting();
      this.#sender?.notify();
    }).catch((error) => {
      console.error("A message could not be written:", error);
      this.lost.value = { ...this.lost.value, full: this.lost.value.full + 1 };
    });
    this.#written = Promise.all([this.#written, write]);
  }

  #startSending(): void {
    this.#sender = new Sender({
      outbox: this.#outbox,
      post: (bodies) => postMessages(bodies, this.pairing.value!.key),
      sleep: delay,
      nowMs: Date.now,
      onState: (state) => {
        this.sender.value = state;
        this.waiting.value = this.#outbox.waiting();
      },
      onRefused: (why) => this.lost.value = { ...this.lost.value, refused: this.lost.value.refused + 1, why },
      onTooOld: (messages) =>
        this.lost.value = { ...this.lost.value, tooOld: this.lost.value.tooOld + messages },
    });
    this.#sender.run().catch((error) => {
      console.error("Sending has stopped:", error);
      this.trouble.value = "noDatabase";
    });
  }

  #onVisibility(): void {
    if (document.visibilityState === "hidden") {
      this.#flushAtLast();
      if (this.phase.value === "recording") this.hiddenSinceMs.value = Date.now();
      return;
    }
    if (this.hiddenSinceMs.value !== null) {
      this.hiddenMs.value += Date.now() - this.hiddenSinceMs.value;
      this.hiddenSinceMs.value = null;
    }
    this.#sender?.retry();
    if (this.phase.value === "recording") this.#keepAwake();
  }

  /** The page may be gone the next moment: the begun second is written, and sent as well. */
  #flushAtLast(): void {
    const message = this.#batcher?.flush() ?? null;
    if (message === null) return;
    this.#write(message);
    // Only when nothing older waits: the server judges readings in the order in which they come.
    if (this.sender.value.kind === "idle") postAtLast(JSON.stringify(message), this.pairing.value!.key);
  }

  async #keepAwake(): Promise<void> {
    try {
      this.#wakeLock = await navigator.wakeLock?.request("screen") ?? null;
    } catch (error) {
      // The battery is low, or the page is hidden already: the page says that the screen may go off.
      console.info("The screen is not kept on:", error);
      this.#wakeLock = null;
    }
    this.isAwake.value = this.#wakeLock !== null;
    this.#wakeLock?.addEventListener("release", () => void (this.isAwake.value = false));
  }

  /** Two tabs would send everything twice. */
  async #takeTab(): Promise<boolean> {
    if (this.#releaseTab !== null) return true;
    const taken = Promise.withResolvers<boolean>();
    const held = Promise.withResolvers<void>();
    navigator.locks.request(LOCK, { signal: AbortSignal.timeout(OTHER_TAB_MS) }, () => {
      taken.resolve(true);
      return held.promise;
    }).catch(() => taken.resolve(false));
    if (!await taken.promise) return false;
    this.#releaseTab = () => {
      this.#releaseTab = null;
      held.resolve();
    };
    return true;
  }
}

/** Unique per phone and start. */
function newSession(): Session {
  const random = crypto.getRandomValues(new Uint8Array(4));
  const suffix = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { sessionId: `${new Date().toISOString().slice(0, 19)}Z-${suffix}`, nextMessage: 0 };
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
