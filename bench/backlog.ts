/**
 * How many records a second the tasks classify when a backlog waits in the log, as after an outage.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Classified } from "./backlog_process.ts";
import { READINGS_PER_BATCH } from "./batch_request.ts";
import type { Row } from "./report.ts";
import { type Engine, taskFlags } from "./server.ts";
import { costs, usageOf } from "./usage.ts";

const PROCESS = fileURLToPath(new URL("backlog_process.ts", import.meta.url));

export interface BacklogOptions {
  phones: number;
  /** How long the phones have been sending. */
  secs: number;
  signal: AbortSignal;
}

/** Fills an empty log and classifies what is in it, in a process each. */
export async function benchBacklog(engine: Engine, { phones, secs, signal }: BacklogOptions): Promise<Row> {
  const dir = await Deno.makeTempDir({ prefix: "activity-tracker-bench-" });
  try {
    const env = { ...engine.env, DATA_DIR: `${dir}/data` };
    const common = { cwd: dir, env, signal } as const;
    const command = (...args: string[]) => [...taskFlags(), PROCESS, ...args];
    const fill = new Deno.Command(Deno.execPath(), {
      ...common,
      args: command("fill", `${phones}`, `${secs}`),
      stderr: "inherit",
    });
    if (!(await fill.output()).success) throw new Error(`${engine.name}: the log could not be filled`);
    const child = new Deno.Command(Deno.execPath(), {
      ...common,
      args: command("classify"),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    return await watch(engine, child);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function watch(engine: Engine, child: Deno.ChildProcess): Promise<Row> {
  const lines = linesOf(child.stdout);
  const usage = async () => ({ ...await usageOf(child.pid), broker: await engine.brokerUsage() });
  const stdin = child.stdin.getWriter();
  try {
    await nextLine(lines);
    const before = await usage();
    await stdin.write(new TextEncoder().encode("go\n"));
    const { records, seconds, firstCommitS }: Classified = JSON.parse(await nextLine(lines));
    const after = await usage();
    return {
      suite: "classify",
      server: engine.name,
      records,
      seconds,
      firstCommitS,
      recordsPerS: records / seconds,
      readingsPerS: READINGS_PER_BATCH * records / seconds,
      ...costs(before, after, seconds),
    };
  } finally {
    // It may have ended by itself, with the pipe.
    await stdin.close().catch(() => {});
    await child.status;
  }
}

async function nextLine(lines: AsyncGenerator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error("the process that classifies ended too soon: what it wrote is above");
  return value;
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
