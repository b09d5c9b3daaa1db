/**
 * What the pages with live phones need of the services.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import type { MagnitudeThresholds } from "../islands/live/chart.ts";
import type { WindowSettings } from "../stream/settings.ts";
import type { Services } from "./services.ts";

/** The thresholds to draw: the device's own, or those of all. */
export function thresholdsFor({ thresholds }: Services, deviceId?: string): MagnitudeThresholds {
  const { values, overrides } = thresholds.current();
  const own = overrides.find((override) => override.deviceId === deviceId);
  const { walkingMs2, runningMs2 } = own?.values ?? values;
  return { walkingMs2, runningMs2 };
}

/** When results are to be expected. */
export function windowSettings(settings: Settings): WindowSettings {
  const { windowMs, slideMs, latenessMs, sessionIdleMs } = settings;
  return { windowMs, slideMs, latenessMs, sessionIdleMs };
}
