import assert from "node:assert/strict";
import { EmbeddedHarness } from "../../log/embedded/testing.ts";
import type { TaskFactory } from "../../log/port.ts";
import { sessionKey } from "../../log/records.ts";
import { batchOf, columnsOf } from "../../log/testing/batches.ts";
import type { SessionEvent } from "../../stream/processor.ts";
import { DEFAULT_WINDOW } from "../../stream/settings.ts";
import { AS_SHIPPED } from "./control.ts";
import { Processors } from "./processors.ts";

const NO_STATES = { liveStates: () => [], state: () => null };

/** A partition's task as an engine starts it again and again: after each take-over. */
async function startable(): Promise<{ processors: Processors; start: TaskFactory }> {
  const processors = new Processors();
  let start: TaskFactory | undefined;
  const log = { run: (factory: TaskFactory) => Promise.resolve(void (start = factory)) };
  await processors.run(log, DEFAULT_WINDOW, AS_SHIPPED, () => {});
  return { processors, start: start! };
}

Deno.test("every partition gets a task, and their figures come together", async () => {
  await using harness = new EmbeddedHarness();
  const log = await harness.open();
  const processors = new Processors();
  const events: SessionEvent[] = [];
  await processors.run(log, DEFAULT_WINDOW, AS_SHIPPED, (event) => events.push(event));
  for (let i = 0; i < 9; i++) await log.append(batchOf(`phone-${i}`, "1"));
  await harness.settle(log);
  assert.equal(processors.figures().openSessions, 9);
  assert.deepEqual(events.map(({ status }) => status), Array(9).fill("opened"));
});

Deno.test("sessions of a partition that is another process's now are not counted, what was dropped stays", async () => {
  const { processors, start } = await startable();
  const twice = batchOf("phone-1", "1", columnsOf(2, [1_767_225_600_000], [1]));
  const task = start({ partition: 3, ...NO_STATES });
  task.process(sessionKey("phone-1", "run-1"), twice, 0);
  assert.deepEqual(processors.figures(), { openSessions: 1, late: 0, duplicates: 1 });
  task.close();
  assert.deepEqual(processors.figures(), { openSessions: 0, late: 0, duplicates: 1 });
  const again = start({ partition: 3, ...NO_STATES });
  again.process(sessionKey("phone-1", "run-1"), twice, 1);
  assert.deepEqual(processors.figures(), { openSessions: 1, late: 0, duplicates: 2 });
});
