import assert from "node:assert/strict";
import { costs, parseUsage, usageOf } from "./usage.ts";

Deno.test("parseUsage() reads processor time, memory and bytes written, whatever the program is called", () => {
  const stat = "42 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 1 0 100 999 25 18446744073709551615";
  assert.deepEqual(parseUsage(`${stat}\nrchar: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 1\n`), {
    cpuS: 2,
    rssBytes: 102_400,
    writtenBytes: 4096,
  });
});

Deno.test("usageOf() says so when the process has ended", async () => {
  const child = new Deno.Command("true").spawn();
  await child.status;
  await assert.rejects(usageOf(child.pid), /the process has ended, or this is not Linux/);
});

Deno.test("costs() shares processor time over the load's length, with the broker's beside it", () => {
  const at = (times: number) => ({ cpuS: times, rssBytes: 1e6 * times, writtenBytes: 2e6 * times });
  assert.deepEqual(costs({ ...at(1), broker: at(2) }, { ...at(3), broker: at(12) }, 4), {
    cpuCores: 0.5,
    rssMB: 3,
    writtenMB: 4,
    brokerCores: 2.5,
    brokerRssMB: 12,
    brokerWrittenMB: 20,
  });
});

Deno.test("costs() leaves out a broker that is not ours", () => {
  const usage = { cpuS: 1, rssBytes: 1, writtenBytes: 1, broker: null };
  assert.deepEqual(Object.keys(costs(usage, usage, 1)), ["cpuCores", "rssMB", "writtenMB"]);
});
