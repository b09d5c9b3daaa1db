/**
 * The state of the Thresholds page.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { sameValues } from "../../stream/thresholds.ts";
import type {
  Histogram,
  Preview,
  SessionId,
  Suggestion,
  ThresholdsChange,
  ThresholdsState,
  ThresholdValues,
} from "../../web/services.ts";
import {
  askHistogram,
  askPreview,
  askSuggestion,
  currentOf,
  refusedFields,
  saveChange,
  type Trial,
} from "./api.ts";
import type { Choice } from "./address.ts";
import { type Draft, draftOf, type Faults, faultsOf, type Field, valuesOf } from "./draft.ts";
import { magnitudeAt, STEP_MS2, TOP_MS2 } from "./scale.ts";
import { Refresher } from "./refresher.ts";

/** A handle that is dragged asks when it rests, ms. */
const PREVIEW_WAIT_MS = 150;

/** Someone else was faster. */
export interface Conflict {
  /** What was to be saved. */
  change: ThresholdsChange;
  /** What it was made from, and what is in force instead. */
  base: ThresholdsState;
  theirs: ThresholdsState;
}

/** The values that decide for a device; null: for all without values of their own. */
export function inForceIn({ values, overrides }: ThresholdsState, deviceId: string | null): ThresholdValues {
  return overrides.find((override) => override.deviceId === deviceId)?.values ?? values;
}

/** See the module's text. */
export class TuningModel {
  /** What the server has in force, as last heard. */
  readonly state: Signal<ThresholdsState>;
  /** For which device, on which sessions. */
  readonly choice: Signal<Choice>;
  readonly draft: Signal<Draft>;
  readonly inForce: ReadonlySignal<ThresholdValues>;
  readonly faults: ReadonlySignal<Faults>;
  /** What the fields say; null while something is wrong with them. */
  readonly values: ReadonlySignal<ThresholdValues | null>;
  readonly isChanged: ReadonlySignal<boolean>;

  readonly histogram: Refresher<Choice, Histogram> = new Refresher(askHistogram, PREVIEW_WAIT_MS);
  readonly preview: Refresher<Trial, Preview> = new Refresher(
    (trial, signal) => this.#preview(trial, signal),
    PREVIEW_WAIT_MS,
  );
  readonly suggestion: Signal<Suggestion | null> = signal(null);
  readonly isSuggesting = signal(false);
  readonly conflict: Signal<Conflict | null> = signal(null);
  /** What the server found wrong with what the draft was. */
  readonly #refused: Signal<{ draft: Draft; faults: Faults } | null> = signal(null);
  #searching = new AbortController();

  constructor(state: ThresholdsState, choice: Choice) {
    this.state = signal(state);
    this.choice = signal(choice);
    this.draft = signal(draftOf(inForceIn(state, choice.deviceId)));
    this.inForce = computed(() => inForceIn(this.state.value, this.choice.value.deviceId));
    this.faults = computed(() => {
      const refused = this.#refused.value;
      return { ...refused?.draft === this.draft.value ? refused.faults : {}, ...faultsOf(this.draft.value) };
    });
    this.values = computed(() =>
      Object.keys(faultsOf(this.draft.value)).length > 0 ? null : valuesOf(this.draft.value)
    );
    this.isChanged = computed(() =>
      this.values.value === null || !sameValues(this.values.value, this.inForce.value)
    );
  }

  set(field: Field, text: string): void {
    this.draft.value = { ...this.draft.peek(), [field]: text };
  }

  setCadence(hasCadence: boolean): void {
    this.draft.value = { ...this.draft.peek(), hasCadence };
  }

  /** Puts values into the fields. */
  take(values: ThresholdValues): void {
    this.draft.value = draftOf(values);
  }

  /** Between which magnitudes a handle can be moved, so that walking stays below running, m/s². */
  bounds(field: "walkingMs2" | "runningMs2"): { min: number; max: number } {
    const { walkingMs2, runningMs2, hysteresisMs2 } = this.draft.value;
    // More than hysteresis leaves between the two, so that noise of fractions does not count.
    const apart = (Math.floor(20 * (Number(hysteresisMs2) || 0)) + 1) * STEP_MS2;
    if (field === "walkingMs2") {
      return { min: STEP_MS2, max: toTenth(Math.max(STEP_MS2, (Number(runningMs2) || TOP_MS2) - apart)) };
    }
    return { min: toTenth(Math.min(TOP_MS2, (Number(walkingMs2) || 0) + apart)), max: TOP_MS2 };
  }

  /** Moves a handle to a place of the axis. */
  moveTo(field: "walkingMs2" | "runningMs2", place: number): void {
    const { min, max } = this.bounds(field);
    this.set(field, String(Math.min(max, Math.max(min, magnitudeAt(place)))));
  }

  /** For which device; values that were changed stay in the fields. */
  setDevice(deviceId: string | null): void {
    const wasChanged = this.isChanged.peek();
    this.#choose({ deviceId });
    if (!wasChanged) this.take(this.inForce.peek());
  }

  /** On which sessions; null: all that are labelled. */
  setSessions(sessions: SessionId[] | null): void {
    this.#choose({ sessions });
  }

  /**
   * Puts the best values into the fields.
   *
   * @returns null when another search began in the meantime
   * @throws {Error} When there is no answer
   */
  async suggest(): Promise<Suggestion | null> {
    const values = this.values.peek() ?? this.inForce.peek();
    this.#searching.abort();
    const { signal } = this.#searching = new AbortController();
    this.isSuggesting.value = true;
    try {
      const suggestion = await askSuggestion({ ...this.choice.peek(), values }, signal);
      this.suggestion.value = suggestion;
      if (suggestion.after.windows > 0) this.take(suggestion.values);
      return suggestion;
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    } finally {
      if (this.#searching.signal === signal) this.isSuggesting.value = false;
    }
  }

  /**
   * Saves a change.
   *
   * @param version the one it was made from; default: the one that is in force as far as is known
   * @returns false when someone else was faster, which `conflict` then tells
   * @throws {Error} When it is not saved for another reason
   */
  async save(change: ThresholdsChange, version: number = this.state.peek().version): Promise<boolean> {
    const base = this.state.peek(), draft = this.draft.peek();
    try {
      this.#enter(await saveChange(change, version));
      this.conflict.value = null;
      if (change.deviceId === this.choice.peek().deviceId) this.take(this.inForce.peek());
      return true;
    } catch (error) {
      const theirs = currentOf(error);
      if (theirs === null) {
        this.#refused.value = { draft, faults: refusedFields(error) };
        throw error;
      }
      this.conflict.value = { change, base: this.conflict.peek()?.base ?? base, theirs };
      return false;
    }
  }

  /** Gives up one's own change for theirs. */
  takeTheirs(): void {
    this.#enter(this.conflict.peek()!.theirs);
    this.conflict.value = null;
    this.take(this.inForce.peek());
  }

  /** Saves one's own change although someone else was faster. */
  saveOnTop(): Promise<boolean> {
    const { change, theirs } = this.conflict.peek()!;
    return this.save(change, theirs.version);
  }

  /** What is asked when something changed. */
  readonly trial: ReadonlySignal<Trial | null> = computed(() => {
    const values = this.values.value;
    // What is in force is part of every answer.
    this.inForce.value;
    return values && { ...this.choice.value, values };
  });

  #choose(change: Partial<Choice>): void {
    this.choice.value = { ...this.choice.peek(), ...change };
    // It was found for others.
    this.#searching.abort();
    this.suggestion.value = null;
    this.isSuggesting.value = false;
  }

  /** New values in force; controls that nobody touched go with them. */
  #enter(state: ThresholdsState): void {
    const wasChanged = this.isChanged.peek();
    this.state.value = state;
    if (!wasChanged) this.take(this.inForce.peek());
  }

  async #preview(trial: Trial, signal: AbortSignal): Promise<Preview> {
    const draft = this.draft.peek();
    try {
      return await askPreview(trial, signal);
    } catch (error) {
      const faults = refusedFields(error);
      if (!signal.aborted && Object.keys(faults).length > 0) this.#refused.value = { draft, faults };
      throw error;
    }
  }
}

const toTenth = (ms2: number) => Math.round(ms2 * 10) / 10;
