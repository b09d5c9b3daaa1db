/**
 * Chromium for the browser tests.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Neither a sandbox (needs privileges in containers) nor traffic of the browser's own. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * The path of an installed Chromium, by CHROMIUM_PATH or in the usual places. Without one, tests are skipped with a line that
 * says how to install it; under CI=true that is an error, because a skipped test there protects nobody.
 */
export function findChromium(): string | null {
  const candidates = [Deno.env.get("CHROMIUM_PATH"), ...USUAL_PLACES].filter((path) => path !== undefined);
  const found = candidates.find(isFile);
  if (found) return found;
  const message = "Cannot find Chromium: install it with `apt-get install chromium` or set CHROMIUM_PATH";
  if (Deno.env.get("CI") === "true") throw new Error(message);
  console.log(`Browser tests skipped. ${message}`);
  return null;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Starts it; close it at the end of the test.
 *
 * @param flags more than the usual ones
 */
export async function launchChromium(executablePath: string, flags: string[] = []): Promise<Browser> {
  return await chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}
