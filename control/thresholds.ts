/**
 * The thresholds in force, folded from the events of `activity_control`: values for all devices, and those of single devices that
 * have their own.
 *
 * All changes are one entity, so that they have one order and one number. A window's `thresholdsVersion` is the version in which
 * the values that decided it were set: one entry of the history tells them, for whichever devices.
 *
 * @module
 */
import { z } from "zod";
import { Conflict } from "../log/port.ts";
import type { ControlEvent } from "../log/records.ts";
import {
  DEFAULT_THRESHOLDS,
  sameValues,
  type Thresholds,
  type ThresholdsSource,
  type ThresholdValues,
  valuesOf,
} from "../stream/thresholds.ts";
import { thresholdValuesSchema } from "../stream/thresholds_schema.ts";
import { Refused } from "../web/refused.ts";
import type {
  ThresholdsAdmin,
  ThresholdsChange,
  ThresholdsState,
  ThresholdsVersion,
} from "../web/services.ts";
import type { ControlLog, Folded } from "./follow.ts";

const ENTITY = "thresholds";
/** Every answer lists them all, 200 kB. Who needs more has a classifier to mend. */
const MAX_OVERRIDES = 1000;
/** About 4 MB; ten changes a day for years. Older ones stay in the log. */
const MAX_HISTORY = 10_000;
/** The program's own: no event has it. */
export const FIRST_VERSION = 1;

const CHANGE = z.object({
  deviceId: z.string().nullable(),
  values: thresholdValuesSchema.nullable(),
  message: z.string(),
  restoredFrom: z.number().nullable(),
}).refine(
  ({ deviceId, values }) => deviceId !== null || values !== null,
  "removes the values for all devices",
);

/** Answers what decides for the stream, and shows and changes it for the Thresholds page. */
export class ThresholdsRegistry implements ThresholdsAdmin, ThresholdsSource, Folded {
  readonly #log: Pick<ControlLog, "appendControl">;
  readonly #now: () => number;
  #version = FIRST_VERSION;
  #forAll: Thresholds = DEFAULT_THRESHOLDS;
  readonly #ofDevices = new Map<string, Thresholds>();
  /** Oldest first. */
  readonly #history: ThresholdsVersion[] = [{
    version: FIRST_VERSION,
    deviceId: null,
    values: valuesOf(DEFAULT_THRESHOLDS),
    message: "What the program ships with",
    atMs: null,
    by: "Activity Tracker",
    restoredFrom: null,
  }];

  constructor(log: Pick<ControlLog, "appendControl">, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Takes an event in; those of other entities, and versions it has, are passed over. */
  fold(event: ControlEvent): void {
    if (event.entity !== ENTITY) return;
    const version = event.version + FIRST_VERSION;
    if (version <= this.#version) return;
    const { data: change, error } = CHANGE.safeParse(event.data);
    if (error) {
      throw new Error(
        `event ${event.type} of ${ENTITY}, version ${event.version}, has no thresholds in it: ` +
          z.prettifyError(error),
      );
    }
    const { deviceId, values } = change;
    if (deviceId === null) this.#forAll = { ...values!, version };
    else if (values === null) this.#ofDevices.delete(deviceId);
    else this.#ofDevices.set(deviceId, { ...values, version });
    this.#version = version;
    this.#history.push({ version, ...change, atMs: event.atMs, by: event.by });
    if (this.#history.length > MAX_HISTORY) this.#history.shift();
  }

  /** What decides a device's windows from now on. Asked for every batch: most installations need no look-up. */
  of(deviceId: string): Thresholds {
    if (this.#ofDevices.size === 0) return this.#forAll;
    return this.#ofDevices.get(deviceId) ?? this.#forAll;
  }

  current(): ThresholdsState {
    const overrides = [...this.#ofDevices].map(([deviceId, { version, ...values }]) => ({
      deviceId,
      values,
      version,
    }));
    return { version: this.#version, values: valuesOf(this.#forAll), overrides };
  }

  history(limit: number, before = Infinity): ThresholdsVersion[] {
    const end = this.#history.findLastIndex(({ version }) => version < before) + 1;
    return this.#history.slice(Math.max(0, end - limit), end).reverse();
  }

  async save(change: ThresholdsChange, expectedVersion: number, by: string): Promise<ThresholdsState> {
    if (expectedVersion < this.#version) {
      throw new Conflict(`the thresholds have version ${this.#version}, not ${expectedVersion}`);
    }
    const { deviceId, values, message, restoredFrom = null } = change;
    this.#assertFits(deviceId, values, restoredFrom);
    // The log refuses a version that is not the next; on return the tail has folded the event.
    await this.#log.appendControl({
      entity: ENTITY,
      version: expectedVersion + 1 - FIRST_VERSION,
      type: "thresholds.changed",
      atMs: this.#now(),
      by,
      data: { deviceId, values, message, restoredFrom },
    });
    return this.current();
  }

  #assertFits(deviceId: string | null, values: ThresholdValues | null, restoredFrom: number | null): void {
    if (deviceId === null) {
      if (values === null) {
        throw new Refused("/values", "can be null only with a deviceId, to remove its values");
      }
    } else if (values === null) {
      if (!this.#ofDevices.has(deviceId)) {
        throw new Refused("/deviceId", "has no values of its own to remove");
      }
    } else if (!this.#ofDevices.has(deviceId) && this.#ofDevices.size >= MAX_OVERRIDES) {
      const detail = `would be the device number ${
        MAX_OVERRIDES + 1
      } with values of its own: remove another's first`;
      throw new Refused("/deviceId", detail);
    }
    if (restoredFrom !== null) this.#assertHolds(restoredFrom, values);
  }

  #assertHolds(version: number, values: ThresholdValues | null): void {
    const entry = this.#history.find((entry) => entry.version === version);
    if (entry === undefined) throw new Refused("/restoredFrom", `there is no version ${version}`);
    const isSame = values === null ? entry.values === null : entry.values !== null &&
      sameValues(values, entry.values);
    if (!isSame) throw new Refused("/restoredFrom", `version ${version} has other values`);
  }
}
