/**
 * What processes use, as Linux counts it.
 *
 * @module
 */
import type { Row } from "./report.ts";

/** Linux reports process times in ticks of 1/100 s on every common platform (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;

/** What a process has used since it started. */
export interface Usage {
  cpuS: number;
  rssBytes: number;
  /** Bytes it caused to be written to disk. */
  writtenBytes: number;
}

/** The same of a server and of the broker that holds its log. */
export interface ServerUsage extends Usage {
  /** Null when there is none, or it is not ours to look at. */
  broker: Usage | null;
}

/**
 * Reads what a process has used. By `cat`: Deno opens files under /proc only with every permission there is.
 *
 * @throws Error when it has ended, or this is not Linux
 */
export async function usageOf(pid: number): Promise<Usage> {
  const { success, stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/stat`, `/proc/${pid}/io`],
  }).output();
  if (!success) throw new Error(`cannot read /proc/${pid}: the process has ended, or this is not Linux`);
  return parseUsage(new TextDecoder().decode(stdout));
}

/**
 * Reads what proc(5) calls `stat` and `io`.
 *
 * @param text both files, one after the other
 */
export function parseUsage(text: string): Usage {
  // The program's name, field 2, may hold spaces; it ends at the last parenthesis. Field 3 follows.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(/\s/);
  const field = (n: number) => Number(fields[n - 3]);
  const written = /^write_bytes: (\d+)$/m.exec(text);
  return {
    cpuS: (field(14) + field(15)) / TICKS_PER_S,
    rssBytes: field(24) * PAGE_BYTES,
    writtenBytes: Number(written?.[1] ?? NaN),
  };
}

/**
 * The part of a result that says what it cost.
 *
 * @param seconds the length of the load, which what was used is shared out over
 */
export function costs(before: ServerUsage, after: ServerUsage, seconds: number): Row {
  const row: Row = {
    cpuCores: (after.cpuS - before.cpuS) / seconds,
    rssMB: after.rssBytes / 1e6,
    writtenMB: (after.writtenBytes - before.writtenBytes) / 1e6,
  };
  if (before.broker === null || after.broker === null) return row;
  return {
    ...row,
    brokerCores: (after.broker.cpuS - before.broker.cpuS) / seconds,
    brokerRssMB: after.broker.rssBytes / 1e6,
    brokerWrittenMB: (after.broker.writtenBytes - before.broker.writtenBytes) / 1e6,
  };
}
