import assert from "node:assert/strict";

const PROBE = new URL("testing/permission_probe.ts", import.meta.url).pathname;

/** Starts the probe, and asks it over HTTP after it has told what it was refused. */
async function probe(...args: string[]): Promise<{ main: string[]; worker: string[]; served: string }> {
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", "--allow-read", "--allow-write", PROBE, folder, ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const line = /^\{.*\}$/m.exec(text);
      if (!line) continue;
      const { port, ...refused } = JSON.parse(line[0]);
      return { ...refused, served: await (await fetch(`http://127.0.0.1:${port}`)).text() };
    }
    throw new Error(`the probe ended early; it printed: ${text}`);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("after the start no thread can write or connect any more, and requests are still answered", async () => {
  assert.deepEqual(await probe(), {
    main: ["connect", "write"],
    worker: ["connect", "write"],
    served: "served",
  });
});

Deno.test("with Kafka brokers can still be connected to", async () => {
  assert.deepEqual(await probe("kafka"), { main: ["write"], worker: ["write"], served: "served" });
});
