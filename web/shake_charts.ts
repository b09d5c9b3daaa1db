/**
 * Makes what nobody uses fall out of Chart.js, a fifth of it.
 *
 * esbuild keeps a class whose static fields read a property of something else, since that might run code. In Chart.js these are
 * four: with them a page would load the time, radial and logarithmic scales too, 6.5 kB in gzip. Its arithmetic with colours, 3 kB
 * more, is for animations and for what a colour becomes under the pointer; our charts do not animate and take their colours from
 * the style sheet.
 *
 * @module
 */
import type { Plugin } from "esbuild";

/** What stands in Chart.js, what does the same but reads nothing before it is used, and how often. */
const REWRITES: [found: RegExp, instead: string, times: number][] = [
  [
    /callback: (Ticks\.formatters\.\w+)/g,
    "callback(...args) { return $1.apply(this, args); }",
    3,
  ],
  [
    /static defaults = TimeScale\.defaults;/g,
    "static get defaults() { return TimeScale.defaults; }",
    1,
  ],
];

/** In place of colours that can be calculated with: they stay as they are. */
const COLOURS = `export class Color {
  constructor(value) { this.value = value; }
  valid = false;
  saturate() { return this; }
  darken() { return this; }
  hexString() { return this.value; }
}`;

/** The esbuild plugin. */
export const shakeCharts: Plugin = {
  name: "shake-charts",
  setup(build) {
    build.onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chart\.js$/ }, async ({ path }) => ({
      contents: shake(await Deno.readTextFile(path)),
      loader: "js",
    }));
    build.onLoad({ filter: /[\\/]@kurkle[\\/]color[\\/]/ }, () => ({ contents: COLOURS, loader: "js" }));
  },
};

/** @throws Error when it is not the Chart.js that this was written for */
function shake(source: string): string {
  let text = source;
  for (const [found, instead, times] of REWRITES) {
    const count = text.match(found)?.length ?? 0;
    if (count !== times) {
      throw new Error(
        `Cannot shake Chart.js: ${found} stands ${count} times in it, expected ${times}; look at its new version`,
      );
    }
    text = text.replaceAll(found, instead);
  }
  return text;
}
