import assert from "node:assert/strict";
import { buildAssets } from "./build.ts";

/** What a page with the live island loads before its first chart, bytes: growth must be meant. */
const LIVE_BUDGET_BYTES = 70_000;

Deno.test("buildAssets() makes hashed, immutable modules and a manifest that leads to them", async () => {
  const { files, manifest } = await buildAssets();
  for (const url of [manifest.boot, ...Object.values(manifest.islands)]) {
    assert.match(url, /^\/build\/\w+-[A-Z0-9]{8}\.js$/);
    assert(files.get(url)?.immutable, url);
    for (const imported of manifest.imports[url]) assert(files.has(imported), imported);
  }
});

Deno.test("buildAssets() keeps Chart.js out of what the live page loads at first", async () => {
  const { files, manifest } = await buildAssets();
  const first = new Set(
    [manifest.boot, manifest.islands.Live].flatMap((url) => [url, ...manifest.imports[url]]),
  );
  const bytes = [...first].reduce((sum, url) => sum + files.get(url)!.body.length, 0);
  assert(bytes < LIVE_BUDGET_BYTES, `${bytes} bytes, expected less than ${LIVE_BUDGET_BYTES}`);
});
