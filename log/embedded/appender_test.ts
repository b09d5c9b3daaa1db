import assert from "node:assert/strict";
import type { Appended } from "../port.ts";
import { batchOf, columnsOf } from "../testing/batches.ts";
import { Unavailable } from "../unavailable.ts";
import { Appender, type Group } from "./appender.ts";
import { GroupReader } from "./group.ts";
import { SlotTable } from "./slots.ts";

const NONE: readonly number[] = [];
/** A batch of which six fill a group. */
const large = (messageId: string) =>
  batchOf("phone-1", messageId, columnsOf(20_000, [1e12, 1e12 + 0.5], [Math.PI]));
const PER_GROUP = 6;

/** A committing side that the test drives. */
class Disk {
  readonly groups: { group: Group; done: PromiseWithResolvers<readonly number[]> }[] = [];
  #arrival = Promise.withResolvers<void>();

  commit = (group: Group): Promise<readonly number[]> => {
    const done = Promise.withResolvers<readonly number[]>();
    this.groups.push({ group, done });
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers();
    return done.promise;
  };

  /** The nth group, once it was handed over. */
  async group(n: number): Promise<Disk["groups"][number]> {
    while (this.groups.length <= n) await this.#arrival.promise;
    return this.groups[n];
  }

  /** Message ids of the nth group. */
  ids(n: number): string[] {
    const { group } = this.groups[n];
    const reader = new GroupReader(new Uint8Array(group.buffer, 0, group.length));
    const ids: string[] = [];
    while (reader.advance()) ids.push(reader.messageId);
    return ids;
  }
}

Deno.test("batches that come together are one group, and those that come while it is committed are the next", async () => {
  const disk = new Disk();
  const appender = new Appender(4, disk.commit);
  const first = [appender.append(batchOf("phone-1", "1")), appender.append(batchOf("phone-2", "2"))];
  const { done } = await disk.group(0);
  const second = ["3", "4", "5"].map((id) => appender.append(batchOf("phone-1", id)));
  assert.equal(disk.groups.length, 1, "one commit at a time");
  done.resolve([1]);
  assert.deepEqual(await Promise.all(first), [{ duplicate: false }, { duplicate: true }]);
  (await disk.group(1)).done.resolve(NONE);
  await Promise.all(second);
  assert.deepEqual([disk.ids(0), disk.ids(1)], [["1", "2"], ["3", "4", "5"]]);
});

Deno.test("a session is named once, with the partition of its device in every batch", async () => {
  const disk = new Disk();
  const appender = new Appender(4, disk.commit);
  const table = new SlotTable();
  for (let n = 0; n < 3; n++) {
    const appended = ["a", "b"].map((device) => appender.append(batchOf(device, String(n))));
    const { group, done } = await disk.group(n);
    assert.equal(group.newSlots.length, n === 0 ? 2 : 0);
    const slots = table.of(group);
    const reader = new GroupReader(new Uint8Array(group.buffer, 0, group.length));
    for (const device of ["a", "b"]) {
      assert.ok(reader.advance());
      assert.equal(slots[reader.session].deviceId, device);
    }
    done.resolve(NONE);
    await Promise.all(appended);
  }
});

Deno.test("slot numbers start again at 200,000 sessions, and the committing side forgets the old ones", async () => {
  const disk = new Disk();
  const appender = new Appender(1, disk.commit);
  const table = new SlotTable();
  const check = ({ group }: { group: Group }, prefix: string) => {
    const slots = table.of(group);
    const reader = new GroupReader(new Uint8Array(group.buffer, 0, group.length));
    while (reader.advance()) {
      const { deviceId } = slots[reader.session];
      assert.equal(deviceId, `${prefix}${reader.messageId}`);
    }
  };
  let checked = 0;
  const drain = async (appended: Promise<Appended>[]) => {
    const all = Promise.all(appended).then(() => null);
    for (let group; (group = await Promise.race([disk.group(checked), all])) !== null; checked++) {
      check(group, "phone-");
      group.done.resolve(NONE);
    }
  };
  const empty = columnsOf(0, [0], [0]);
  for (let at = 0; at < 200_000; at += 50_000) {
    const ids = Array.from({ length: 50_000 }, (_, i) => String(at + i));
    await drain(ids.map((id) => appender.append(batchOf(`phone-${id}`, id, empty))));
  }
  assert.ok(disk.groups.slice(0, -1).every(({ group }) => !group.resetSlots));
  await drain(["0", "199999"].map((id) => appender.append(batchOf(`phone-${id}`, id, empty))));
  await drain(["7"].map((id) => appender.append(batchOf(`phone-${id}`, id, empty))));
  const resets = disk.groups.map(({ group }) => group.resetSlots);
  assert.equal(resets.filter(Boolean).length, 1);
});

Deno.test("a refused commit refuses its batches, and the next group goes on", async () => {
  const disk = new Disk();
  const appender = new Appender(1, disk.commit);
  const first = appender.append(batchOf("phone-1", "1"));
  const full = new Unavailable("the disk is full", 30);
  (await disk.group(0)).done.reject(full);
  await assert.rejects(first, full);
  const second = appender.append(batchOf("phone-1", "2"));
  (await disk.group(1)).done.resolve(NONE);
  assert.deepEqual(await second, { duplicate: false });
});

Deno.test("past eight waiting groups appends are refused, and taken again when the disk catches up", async () => {
  const disk = new Disk();
  const appender = new Appender(1, disk.commit);
  const accepted = [appender.append(large("first"))];
  await disk.group(0);
  for (let i = 0; i < 9 * PER_GROUP; i++) accepted.push(appender.append(large(String(i))));
  await assert.rejects(appender.append(large("too many")), (error) => {
    assert.ok(error instanceof Unavailable);
    assert.match(error.detail, /waiting for the disk: nothing was stored/);
    return true;
  });
  for (let n = 0; n < 9; n++) (await disk.group(n)).done.resolve(NONE);
  await disk.group(9);
  accepted.push(appender.append(large("room again")));
  disk.groups[9].done.resolve(NONE);
  (await disk.group(10)).done.resolve(NONE);
  await Promise.all(accepted);
  assert.deepEqual(disk.ids(1), Array.from({ length: PER_GROUP }, (_, i) => String(i)));
  assert.deepEqual(disk.ids(10), ["room again"]);
});

Deno.test("a commit that takes over 5 s refuses further appends, and its own still count", async () => {
  const disk = new Disk();
  const appender = new Appender(1, disk.commit);
  const first = appender.append(batchOf("phone-1", "1"));
  const { done } = await disk.group(0);
  const realNow = performance.now;
  const later = performance.now() + 5001;
  performance.now = () => later;
  try {
    await assert.rejects(appender.append(batchOf("phone-1", "2")), Unavailable);
  } finally {
    performance.now = realNow;
  }
  done.resolve(NONE);
  assert.deepEqual(await first, { duplicate: false });
});

Deno.test("a batch larger than a group is an error, not a wait without end", async () => {
  const disk = new Disk();
  const appender = new Appender(1, disk.commit);
  const batch = batchOf("phone-1", "1", columnsOf(200_000, [1e12], [1]));
  await assert.rejects(appender.append(batch), /200000 readings, more than a group/);
  await appender.close();
  assert.equal(disk.groups.length, 0);
});

Deno.test("close() commits what fills and what waits, then refuses", async () => {
  const disk = new Disk();
  const appender = new Appender(1, disk.commit);
  const accepted = [appender.append(large("first"))];
  await disk.group(0);
  for (let i = 0; i < PER_GROUP + 1; i++) accepted.push(appender.append(large(String(i))));
  const closed = appender.close();
  await assert.rejects(appender.append(large("late")), /stopping/);
  for (let n = 0; n < 3; n++) (await disk.group(n)).done.resolve(NONE);
  await closed;
  assert.equal((await Promise.all(accepted)).length, PER_GROUP + 2);
  assert.equal(disk.groups.length, 3);
});

Deno.test("close() during the only commit waits for it, and ends also when it fails", async () => {
  const disk = new Disk();
  const appender = new Appender(1, disk.commit);
  const appended = appender.append(batchOf("phone-1", "1"));
  const { done } = await disk.group(0);
  let closed = false;
  const closing = appender.close().then(() => closed = true);
  await Promise.resolve();
  assert.equal(closed, false);
  done.reject(new Unavailable("the disk is full", 30));
  await closing;
  await assert.rejects(appended, Unavailable);
});

Deno.test("close() of an idle appender ends at once and leaves no timer", async () => {
  await new Appender(1, new Disk().commit).close();
});
