import assert from "node:assert/strict";
import { describeConnection } from "./Connection.tsx";

const NOW_MS = 1_000_000;
const states: [string, number | null | undefined, string][] = [
  ["before the first connection", undefined, "connecting"],
  ["while connected", null, "live"],
  ["right after a loss", NOW_MS - 1000, "reconnecting"],
  ["when values grow old", NOW_MS - 12_000, "reconnecting, stale for 12 s"],
  ["when the server stays away", NOW_MS - 120_000, "offline for 2 min: is the server running?"],
];
for (const [when, since, text] of states) {
  Deno.test(`describeConnection() says "${text}" ${when}`, () => {
    assert.equal(describeConnection(since, NOW_MS).text.replaceAll("\u00a0", " "), text);
  });
}
