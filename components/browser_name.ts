/**
 * What people call a browser.
 *
 * @module
 */

/** In this order: most browsers also name others. */
const BROWSERS: [RegExp, string][] = [
  [/Edg(A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];
const MAX_LENGTH = 60;

/** For example "Firefox on Linux". @param agent a User-Agent header; what is no known browser is shown as it is */
export function browserName(agent: string): string {
  const [browser, system] = [BROWSERS, SYSTEMS].map((list) =>
    list.find(([pattern]) => pattern.test(agent))?.[1]
  );
  if (browser === undefined) return agent.slice(0, MAX_LENGTH) || "Unknown browser";
  return system === undefined ? browser : `${browser} on ${system}`;
}
