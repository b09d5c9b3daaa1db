/**
 * A process that opens a log, does something of everything with it and closes it, and then has to end by itself.
 *
 * Arguments: `host:port` of the broker, and when to close: `working`, or after so many ms of starting.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { openTestLog, testSettings } from "../../log/kafka/testing.ts";
import { batchOf } from "../../log/testing/batches.ts";
import { CountingTask } from "../../log/testing/counting_task.ts";

const [broker, when] = Deno.args;
const log = await openTestLog(testSettings([broker]));
const running = log.run((context) => new CountingTask(context));
if (when === "working") {
  await running;
  const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
  const windows = Promise.withResolvers<void>();
  await log.tailActivity(partitions.map(() => 0), () => windows.resolve());
  await log.tailControl(() => {});
  await log.appendControl({ entity: "a", version: 1, type: "renamed", atMs: 1, by: "test", data: {} });
  await log.append(batchOf("phone-1", "1"));
  await Promise.all(partitions.map((partition) => log.readRaw(partition, 0, 10)));
  await windows.promise;
} else {
  running.catch((error: Error) => console.log(`closed while it started: ${error.message}`));
  await delay(Number(when));
}
await log.close();
console.log("closed");
