import assert from "node:assert/strict";
import { benchBacklog } from "./backlog.ts";
import { EMBEDDED } from "./cluster.ts";

Deno.test("benchBacklog() fills a log, and every record of it is classified", async () => {
  const { signal } = new AbortController();
  const row = await benchBacklog(EMBEDDED, { phones: 3, secs: 10, signal });
  assert.deepEqual([row.suite, row.server, row.records], ["classify", "embedded", 30]);
  assert.ok(Number(row.firstCommitS) > 0 && row.firstCommitS <= row.seconds);
  assert.equal(row.recordsPerS, 30 / Number(row.seconds));
});

Deno.test("benchBacklog() says so when the log cannot be filled", async () => {
  const engine = { ...EMBEDDED, env: { ...EMBEDDED.env, RETENTION_MS: "none" } };
  const { signal } = new AbortController();
  await assert.rejects(
    benchBacklog(engine, { phones: 1, secs: 1, signal }),
    /embedded: the log could not be filled/,
  );
});
