/** How tests that need Kafka behave on a machine without Java, each time in a test run of their own. */
import assert from "node:assert/strict";

const TESTS = `
  import { kafkaTest, ownKafkaTest } from ${JSON.stringify(new URL("testing.ts", import.meta.url).href)};
  kafkaTest("any cluster", async (brokers) => console.log("given " + brokers.join(" and ")));
  ownKafkaTest("own cluster", async () => {});`;

/** Runs {@link TESTS} without any program on the PATH. */
async function run(env: Record<string, string>): Promise<{ code: number; text: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/some_test.ts`, TESTS);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-config",
        "--no-check",
        "--allow-read",
        "--allow-env",
        "--allow-run",
        "some_test.ts",
      ],
      cwd: folder,
      env: { PATH: folder, CI: "", KAFKA_BROKERS: "", NO_COLOR: "1", ...env },
    }).output();
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    return { code, text };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Without Java, Kafka tests are skipped with the reason and what to install", async () => {
  const { code, text } = await run({});
  assert.equal(code, 0, text);
  assert.match(text, /^Kafka test skipped: any cluster\. .*apt-get install/m);
  assert.match(text, /^Kafka test skipped: own cluster\. .*apt-get install/m);
  assert.match(text, /0 passed \| 0 failed \| 2 ignored/);
});

Deno.test("Without Java, Kafka tests fail under CI", async () => {
  const { code, text } = await run({ CI: "true" });
  assert.notEqual(code, 0);
  assert.match(text, /A Kafka broker needs Java 17/);
  assert.match(text, /0 passed \| 2 failed/);
});

Deno.test("KAFKA_BROKERS runs the tests that any cluster will do for, without Java", async () => {
  const { code, text } = await run({ KAFKA_BROKERS: "10.0.0.1:9092, 10.0.0.2:9092" });
  assert.equal(code, 0, text);
  assert.match(text, /given 10\.0\.0\.1:9092 and 10\.0\.0\.2:9092/);
  assert.match(text, /^Kafka test skipped: own cluster\./m);
  assert.match(text, /1 passed \| 0 failed \| 1 ignored/);
});
