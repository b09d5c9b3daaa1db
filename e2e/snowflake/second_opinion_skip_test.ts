/** How tests that need Python behave on a machine without it, each time in a test run of their own. */
import assert from "node:assert/strict";

const TESTS = `
  import { secondOpinionTest } from ${JSON.stringify(new URL("second_opinion.ts", import.meta.url).href)};
  secondOpinionTest("what others say", async () => {});`;

/** Runs {@link TESTS} without any program on the PATH. */
async function run(env: Record<string, string>): Promise<{ code: number; text: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/some_test.ts`, TESTS);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--no-check", "--allow-env", "--allow-run", "some_test.ts"],
      cwd: folder,
      env: { PATH: folder, CI: "", NO_COLOR: "1", ...env },
    }).output();
    return { code, text: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Without Python, second opinions are skipped with the reason and what to install", async () => {
  const { code, text } = await run({});
  assert.equal(code, 0, text);
  assert.match(text, /^Snowflake test skipped: what others say\. .*apt-get install/m);
  assert.match(text, /0 passed \| 0 failed \| 1 ignored/);
});

Deno.test("Without Python, second opinions fail under CI", async () => {
  const { code, text } = await run({ CI: "true" });
  assert.equal(code, 1);
  assert.match(text, /A second opinion needs Python 3, which is not installed: apt-get install/);
});
