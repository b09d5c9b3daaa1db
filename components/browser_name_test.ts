import assert from "node:assert/strict";
import { browserName } from "./browser_name.ts";

const AGENTS: [agent: string, name: string][] = [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
    "Safari on iOS",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
    "Edge on Windows",
  ],
  ["curl/8.5.0", "curl/8.5.0"],
  ["", "Unknown browser"],
];
for (const [agent, name] of AGENTS) {
  Deno.test(`browserName() calls ${JSON.stringify(agent.slice(0, 40))} ${name}`, () => {
    assert.equal(browserName(agent), name);
  });
}

Deno.test("browserName() cuts what is no browser and too long", () => {
  assert.equal(browserName("x".repeat(200)).length, 60);
});
