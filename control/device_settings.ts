/**
 * What an admin may say about a device's readings, in place of what the program finds out by itself.
 *
 * @module
 */
import { z } from "zod";
import type { ControlEvent } from "../log/records.ts";
import type { StreamSetting, StreamSource } from "../stream/stream_setting.ts";
import type { Folded } from "./follow.ts";

/** Whether gravity is in the readings; "auto": found out. */
export const GRAVITY_SETTINGS = ["auto", "included", "removed"] as const;
export type GravitySetting = (typeof GRAVITY_SETTINGS)[number];

/** The readings' unit; "auto": found out. */
export const UNIT_SETTINGS = ["auto", "ms2", "g"] as const;
export type UnitSetting = (typeof UNIT_SETTINGS)[number];

/** Both. */
export interface DeviceSettings {
  gravity: GravitySetting;
  unit: UnitSetting;
}

const EVENT = z.object({
  gravity: z.enum(GRAVITY_SETTINGS).default("auto"),
  unit: z.enum(UNIT_SETTINGS).default("auto"),
  removed: z.boolean().default(false),
});
const ENTITY_PREFIX = "device:";

/** What the stream has to know of devices: those with a setting, which are few. */
export class StreamSettings implements StreamSource, Folded {
  readonly #streams = new Map<string, StreamSetting>();

  /** Takes an event in. Every event of a device carries its whole state; they come in order. */
  fold(event: ControlEvent): void {
    if (!event.entity.startsWith(ENTITY_PREFIX)) return;
    const { data, error } = EVENT.safeParse(event.data);
    if (error) {
      throw new Error(
        `event ${event.type} of ${event.entity}, version ${event.version}, has settings that do not exist: ` +
          z.prettifyError(error),
      );
    }
    const deviceId = event.entity.slice(ENTITY_PREFIX.length), { gravity, unit, removed } = data;
    if (removed || (gravity === "auto" && unit === "auto")) this.#streams.delete(deviceId);
    else {
      this.#streams.set(deviceId, {
        gravity: gravity === "auto" ? null : gravity,
        unit: unit === "auto" ? null : unit,
      });
    }
  }

  /** null where everything is found out. Asked for every batch: most installations need no look-up. */
  streamOf(deviceId: string): StreamSetting | null {
    if (this.#streams.size === 0) return null;
    return this.#streams.get(deviceId) ?? null;
  }
}
