import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { batchOf, columnsOf } from "../testing/batches.ts";
import { Unavailable } from "../unavailable.ts";
import { type AppenderOptions, type BatchSender, KafkaAppender, type MessageIds } from "./appender.ts";
import { decodeBatches } from "./fetch_codec.ts";
import type { RecordBatch } from "./produce_codec.ts";
import { BatchTooLarge } from "./producer.ts";
import { decodeRaw, newScratch } from "../raw_json.ts";

/** Keeps what it is sent until it is told how that went. */
class FakeSender implements BatchSender {
  trouble: string | null = null;
  /** Message ids of every send, oldest first. */
  readonly sends: string[][] = [];
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #sent = Promise.withResolvers<void>();
  isClosed = false;

  send(_partition: number, batch: RecordBatch): Promise<void> {
    const { records } = decodeBatches(Buffer.from(batch.stamp({ id: 1, epoch: 0 }, 0)), 0, []);
    const scratch = newScratch();
    this.sends.push(records.map(({ value }) => decodeRaw(value!, scratch)!.messageId));
    const done = Promise.withResolvers<void>();
    this.#waiting.push(done);
    this.#sent.resolve();
    this.#sent = Promise.withResolvers();
    return done.promise;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** Resolves at the next send. */
  get sent(): Promise<void> {
    return this.#sent.promise;
  }

  stored(): void {
    this.#waiting.shift()!.resolve();
  }

  failed(error: Error): void {
    this.#waiting.shift()!.reject(error);
  }
}

function fixture(options: Partial<AppenderOptions> = {}, recent: MessageIds[] = []) {
  const sender = new FakeSender();
  let nowMs = 0;
  const appender = new KafkaAppender(
    sender,
    { topic: "raw_sensor_data", partitions: 1, maxMessageBytes: 1 << 20, nowMs: () => nowMs, ...options },
    recent,
  );
  return {
    sender,
    appender,
    /** Time goes on. */
    wait(ms: number) {
      nowMs += ms;
      appender.expire();
    },
  };
}

const STORED = { duplicate: false };
const DUPLICATE = { duplicate: true };

Deno.test("a batch is acknowledged when it is stored, not before", async () => {
  const { sender, appender } = fixture();
  let acknowledged = false;
  const { sent } = sender;
  const appended = appender.append(batchOf("phone-1", "1")).finally(() => acknowledged = true);
  await sent;
  await Promise.resolve();
  assert.ok(!acknowledged);
  sender.stored();
  assert.deepEqual(await appended, STORED);
  await appender.close();
});

Deno.test("batches that come while others are on their way go together, in order", async () => {
  const { sender, appender } = fixture();
  const first = sender.sent;
  const appends = [appender.append(batchOf("phone-1", "1"))];
  await first;
  appends.push(...["2", "3", "4"].map((id) => appender.append(batchOf("phone-1", id))));
  const second = sender.sent;
  sender.stored();
  await second;
  sender.stored();
  assert.deepEqual(await Promise.all(appends), Array(4).fill(STORED));
  assert.deepEqual(sender.sends, [["1"], ["2", "3", "4"]]);
  await appender.close();
});

Deno.test("the columns can be reused at once", async () => {
  const { sender, appender } = fixture();
  const { sent } = sender;
  const batch = batchOf("phone-1", "1");
  const appends = [appender.append(batch)];
  batch.messageId = "2";
  appends.push(appender.append(batch));
  await sent;
  assert.deepEqual(sender.sends, [["1", "2"]]);
  sender.stored();
  await Promise.all(appends);
  await appender.close();
});

Deno.test("the same message again joins the one on its way, and is known once stored and from before", async () => {
  const { sender, appender } = fixture({}, [["phone-1", "run-1", "0"]]);
  const { sent } = sender;
  const batch = batchOf("phone-1", "1");
  const appends = [appender.append(batch), appender.append(batch)];
  await sent;
  appends.push(appender.append(batch));
  sender.stored();
  assert.deepEqual(await Promise.all(appends), [STORED, DUPLICATE, DUPLICATE]);
  assert.deepEqual(await appender.append(batch), DUPLICATE);
  assert.deepEqual(await appender.append(batchOf("phone-1", "0")), DUPLICATE);
  assert.deepEqual(sender.sends, [["1"]]);
  await appender.close();
});

Deno.test("ids that only look alike when put together are different messages", async () => {
  const { sender, appender } = fixture();
  const { sent } = sender;
  const appends = [["a", "bc"], ["ab", "c"]].map(([sessionId, messageId]) =>
    appender.append(batchOf("phone-1", messageId, { sessionId }))
  );
  await sent;
  sender.stored();
  assert.deepEqual(await Promise.all(appends), [STORED, STORED]);
  await appender.close();
});

Deno.test("a message that waits too long is refused, and sent again it is stored once", async () => {
  const { sender, appender, wait } = fixture();
  const { sent } = sender;
  const batch = batchOf("phone-1", "1");
  const appended = appender.append(batch);
  await sent;
  wait(9_999);
  const joined = appender.append(batch);
  wait(1);
  await assert.rejects(
    appended,
    (error) => error instanceof Unavailable && /may be stored or not/.test(error.detail),
  );
  await assert.rejects(joined, Unavailable);
  await assert.rejects(appender.append(batch), Unavailable);
  sender.stored();
  await appender.close();
  assert.deepEqual(await appender.append(batch), DUPLICATE);
  assert.deepEqual(sender.sends, [["1"]]);
});

Deno.test("while a partition waits, more of it is refused at once; another one's is taken", async () => {
  const { sender, appender, wait } = fixture({ partitions: 2 });
  const { sent } = sender;
  // These two are of different partitions.
  const [stuck, free] = ["phone-1", "phone-2"];
  const appends = [appender.append(batchOf(stuck, "1"))];
  await sent;
  wait(3000);
  appends.push(appender.append(batchOf(stuck, "2")));
  wait(1);
  await assert.rejects(
    appender.append(batchOf(stuck, "3")),
    (error) =>
      error instanceof Unavailable && error.retryAfterS > 0 && /nothing was stored/.test(error.detail),
  );
  const next = sender.sent;
  appends.push(appender.append(batchOf(free, "4")));
  await next;
  sender.stored();
  sender.stored();
  const last = sender.sent;
  await last;
  sender.stored();
  assert.deepEqual(await Promise.all(appends), Array(3).fill(STORED));
  assert.deepEqual(await takenAgain(appender, sender, stuck), STORED);
  await appender.close();
});

async function takenAgain(appender: KafkaAppender, sender: FakeSender, deviceId: string) {
  const { sent } = sender;
  const appended = appender.append(batchOf(deviceId, "again"));
  await sent;
  sender.stored();
  return await appended;
}

Deno.test("what waits in memory is bounded, and room again once it is stored", async () => {
  const { sender, appender } = fixture({ maxMessageBytes: 8 << 20 });
  const large = columnsOf(15_000, [1_767_225_600_000.123], [0.12345678901234567, -9.876543210987654]);
  const appends: Promise<unknown>[] = [];
  let refused: unknown = null;
  for (let i = 0; refused === null && i < 100; i++) {
    const appended = appender.append(batchOf("phone-1", `${i}`, large)).catch((error) => refused = error);
    appends.push(appended);
    await Promise.resolve();
    await Promise.resolve();
  }
  assert.ok(refused instanceof Unavailable);
  assert.ok(appender.bufferedBytes <= 48 << 20 && appender.bufferedBytes > 40 << 20);
  for (let stored = 0; stored < appends.length - 1; stored++) {
    if (sender.sends.length === stored) await sender.sent;
    sender.stored();
  }
  await Promise.all(appends);
  assert.equal(appender.bufferedBytes, 0);
  await appender.close();
});

Deno.test("a record larger than the topic takes is refused for good, with what to change", async () => {
  const { appender } = fixture({ maxMessageBytes: 500 });
  const noise = Float64Array.from({ length: 300 }, (_, i) => Math.sin(i * i) * 9);
  const batch = batchOf("phone-1", "1", { count: 100, tMs: noise, xyz: noise });
  await assert.rejects(
    appender.append(batch),
    (error) => error instanceof RangeError && /max\.message\.bytes/.test(error.message),
  );
  assert.equal(appender.bufferedBytes, 0);
  await appender.close();
});

Deno.test("when the topic takes only smaller batches than before, those sent again fit", async () => {
  const { sender, appender } = fixture();
  const ids = ["1", "2", "3", "4"];
  const { sent } = sender;
  const appends = ids.map((id) => appender.append(batchOf("phone-1", id, columnsOf(2500, [1], [0.125]))));
  await sent;
  assert.equal(sender.sends[0].length, 4);
  sender.failed(new BatchTooLarge());
  for (const appended of appends) await assert.rejects(appended, Unavailable);
  const again = sender.sent;
  const resent = ids.map((id) => appender.append(batchOf("phone-1", id, columnsOf(2500, [1], [0.125]))));
  await again;
  assert.ok(sender.sends[1].length < 4);
  const rest = sender.sent;
  sender.stored();
  await rest;
  sender.stored();
  assert.deepEqual(await Promise.all(resent), Array(4).fill(STORED));
  await appender.close();
});

Deno.test("closing stores what waits without delay and refuses what comes after", async () => {
  const { sender, appender } = fixture();
  const appended = appender.append(batchOf("phone-1", "1"));
  const closed = appender.close();
  assert.deepEqual(sender.sends, [["1"]]);
  const late = appender.append(batchOf("phone-1", "2"));
  await assert.rejects(late, Unavailable);
  assert.ok(!sender.isClosed);
  sender.stored();
  await closed;
  assert.ok(sender.isClosed);
  assert.deepEqual(await appended, STORED);
});

Deno.test("trouble is the sender's, or that nothing is stored for long", async () => {
  const { sender, appender, wait } = fixture();
  assert.equal(appender.trouble, null);
  sender.trouble = "no broker answers";
  assert.equal(appender.trouble, "no broker answers");
  sender.trouble = null;
  const { sent } = sender;
  const appended = appender.append(batchOf("phone-1", "1"));
  await sent;
  wait(3000);
  assert.equal(appender.trouble, null);
  wait(1);
  assert.match(appender.trouble!, /KAFKA_BROKERS/);
  sender.stored();
  await appended;
  assert.equal(appender.trouble, null);
  await appender.close();
});
