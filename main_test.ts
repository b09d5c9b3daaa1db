import assert from "node:assert/strict";
import { main } from "./main.ts";

const COMMANDS = [
  "start",
  "replay",
  "evaluate",
  "bench",
  "kafka",
  "snowflake:ddl",
  "snowflake:check",
  "build",
];

/** Runs a command line and takes what it says. */
async function said(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { log, error } = console;
  const lines = { out: [] as string[], err: [] as string[] };
  console.log = (text: string) => void lines.out.push(text);
  console.error = (text: string) => void lines.err.push(text);
  try {
    const code = await main(args);
    return { code, out: lines.out.join("\n"), err: lines.err.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("main() without a command lists the commands and fails", async () => {
  const { code, out } = await said();
  assert.equal(code, 2);
  for (const name of COMMANDS) {
    assert.match(out, new RegExp(`^  ${name} `, "m"));
  }
});

Deno.test("main() explains each command without running it", async () => {
  for (const name of COMMANDS) {
    const { code, out } = await said(name, "--help");
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^Usage: deno task ${name}`, "m"));
    assert.match(out, /^Example: .*deno task /m);
  }
});

Deno.test("main() suggests the command that was probably meant", async () => {
  const { code, err } = await said("replya");
  assert.equal(code, 2);
  assert.match(err, /^replya is no command: did you mean replay\?/);
});

Deno.test("main() does not take an object's own methods for commands", async () => {
  assert.equal((await said("constructor")).code, 2);
});

Deno.test("main() answers wrong arguments and missing files with one line and exit code 2", async () => {
  const wrong = [["replay", "--sped", "2"], ["replay"], ["replay", "x.csv", "--speed", "fast"], [
    "bench",
    "nothing",
  ], [
    "replay",
    "no-such-folder",
  ]];
  for (const args of wrong) {
    const { code, err } = await said(...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, new RegExp(`^${args[0]}: .+\n\nSee: deno task ${args[0]} --help$`), args.join(" "));
  }
});
