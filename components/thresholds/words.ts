/**
 * Figures of the Thresholds page in words.
 *
 * @module
 */

/** "96.8 %"; a dash for what there is none of. @param share 0 to 1 */
export const percent = (share: number | null): string =>
  share === null ? "–" : `${(100 * share).toFixed(1)}\u00a0%`;

/** What a device is called. */
export const nameOf = (deviceId: string, names: Record<string, string>): string =>
  names[deviceId] ?? deviceId;

/** Whom a version is for. */
export const audienceOf = (deviceId: string | null, names: Record<string, string>): string =>
  deviceId === null ? "all devices" : nameOf(deviceId, names);

/** "1.9 m/s²"; a word such as "no" has no unit. */
export const withUnit = (text: string, unit: string): string =>
  /\d/.test(text) ? `${text}\u00a0${unit}` : text;
