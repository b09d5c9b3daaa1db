import assert from "node:assert/strict";
import { startPeer } from "./server.ts";

/** A program of one word, as a peer's command is split at spaces. */
function program(code: string): string {
  return `${Deno.execPath()} eval ${code.replaceAll(/\s/g, "")}`;
}

Deno.test("startPeer() starts a server on a free port, measures it and ends it", async () => {
  let url: string;
  {
    await using server = await startPeer(
      "peer",
      program("Deno.serve({port:{port},hostname:'127.0.0.1'},()=>new(Response)('hi'))"),
    );
    url = server.url;
    assert.equal(await (await fetch(url)).text(), "hi");
    const { cpuS, rssBytes, writtenBytes } = await server.usage();
    assert.ok(cpuS >= 0 && rssBytes > 1e6 && writtenBytes >= 0);
  }
  await assert.rejects(fetch(url), TypeError);
});

Deno.test("startPeer() says so when the server ends before it is ready", async () => {
  await assert.rejects(
    startPeer("peer", program("Deno.exit(3)")),
    /peer: the server ended with exit code 3 before it was ready/,
  );
});
