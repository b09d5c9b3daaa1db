import assert from "node:assert/strict";
import type { Assets } from "./assets.ts";
import { buildAssets } from "./build.ts";
import { listIslands } from "./islands.ts";

/** What pages with charts may load, gzip bytes; Chart.js alone is 50,000. */
const BUDGETS: Record<string, number> = {
  Live: 75_000,
  DeviceLive: 75_000,
  SessionPage: 80_000,
  Thresholds: 90_000,
};
/** What the others may. */
const BUDGET_BYTES = 60_000;

const assets = await buildAssets();

/** Everything a page with an island loads, now or when it is needed. */
function modulesOf({ files, manifest }: Assets, island: string): Set<string> {
  const modules = new Set<string>();
  const visit = (url: string) => {
    if (modules.has(url)) return;
    modules.add(url);
    const text = new TextDecoder().decode(files.get(url)!.body);
    const later = [...text.matchAll(/import\("\.\/([\w-]+\.js)"\)/g)].map(([, name]) => `/build/${name}`);
    for (const imported of [...manifest.imports[url] ?? [], ...later]) visit(imported);
  };
  visit(manifest.boot);
  visit(manifest.islands[island]);
  return modules;
}

async function gzipBytes(body: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).bytes()).length;
}

for (const island of await listIslands()) {
  const budget = BUDGETS[island] ?? BUDGET_BYTES;
  Deno.test(`the page of ${island} loads less than ${budget / 1000} kB of JavaScript`, async () => {
    const modules = [...modulesOf(assets, island)];
    const sizes = await Promise.all(modules.map((url) => gzipBytes(assets.files.get(url)!.body)));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const list = modules.map((url, i) => `${url} ${sizes[i]}`).join("\n");
    assert(bytes < budget, `${bytes} bytes in gzip, expected less than ${budget}:\n${list}`);
  });
}

Deno.test("charts count, although they are loaded when the first is on screen", () => {
  const isChart = (url: string) => url.startsWith("/build/chart-");
  assert([...modulesOf(assets, "Live")].some(isChart));
  assert(!assets.manifest.imports[assets.manifest.islands.Live].some(isChart));
});
