import assert from "node:assert/strict";
import type { Connection } from "./connection.ts";
import type { FetchedPartition } from "./fetch_codec.ts";
import { Follower, type FollowerReader, TopicReader } from "./reader.ts";

/** A partition 0 with one record at each offset up to an end. */
class FakeReader implements FollowerReader {
  /** Offsets that were asked for. */
  readonly asked: number[] = [];

  constructor(readonly end: number) {}

  leaders(partitions: number[]): Promise<Map<string, number[]>> {
    return Promise.resolve(new Map(partitions.length > 0 ? [["1", partitions]] : []));
  }

  fetch(_nodeId: string, offsets: ReadonlyMap<number, number>): Promise<FetchedPartition[]> {
    const from = offsets.get(0)!;
    this.asked.push(from);
    return Promise.resolve([{
      partition: 0,
      errorCode: 0,
      records: from < this.end ? [recordAt(from)] : [],
      next: Math.min(from + 1, this.end),
      stableEnd: this.end,
    }]);
  }

  check(): void {}

  extents(): Promise<{ begin: number; end: number }[]> {
    return Promise.resolve([{ begin: 0, end: this.end }]);
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }
}

const recordAt = (offset: number) => ({ offset, timestampMs: 0, key: null, value: null, headers: [] });

Deno.test("A partition taken away and given back while its records were being processed is read again from where it was set", async () => {
  const reader = new FakeReader(3);
  const processing = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const read: number[] = [];
  const follower = new Follower(reader, {
    onFetched({ records }) {
      read.push(...records.map(({ offset }) => offset));
      if (read.length > 1) {
        if (read.at(-1) === 2) done.resolve();
        return;
      }
      follower.delete(0);
      follower.set(0, 0);
      return processing.promise;
    },
    onOutOfRange: () => null,
    onTrouble: (error) => assert.ifError(error),
  });
  follower.set(0, 0);
  processing.resolve();
  await done.promise;
  await follower.close();
  assert.deepEqual(read, [0, 0, 1, 2]);
});

/** A reader of a partition whose leader answers fetches as if it ended at these offsets, one after the other. */
function readerOf(end: number, fetchedEnds: number[]): TopicReader {
  const cluster = {
    connect: () => Promise.resolve(),
    addMultipleTargetTopics: () => Promise.resolve(),
    refreshMetadataIfNecessary: () => Promise.resolve(),
    findLeaderForPartitions: () => ({ "1": [0] }),
    fetchTopicsOffset: () => Promise.resolve([{ partitions: [{ partition: 0, offset: String(end) }] }]),
  };
  const reader = new TopicReader({ newCluster: () => cluster } as unknown as Connection, "states");
  reader.fetch = (_nodeId, offsets) => {
    const from = offsets.get(0)!;
    const stableEnd = fetchedEnds.length > 1 ? fetchedEnds.shift()! : fetchedEnds[0];
    const records = Array.from({ length: Math.max(0, stableEnd - from) }, (_, i) => recordAt(from + i));
    return Promise.resolve([{ partition: 0, errorCode: 0, records, next: from + records.length, stableEnd }]);
  };
  return reader;
}

async function offsetsOf(reader: TopicReader): Promise<number[]> {
  const offsets: number[] = [];
  for await (const records of reader.readAll(0, 0)) offsets.push(...records.map(({ offset }) => offset));
  return offsets;
}

Deno.test("A partition is read to its end although a leader that was elected just now does not know of it yet", async () => {
  assert.deepEqual(await offsetsOf(readerOf(5, [3, 3, 4, 5])), [0, 1, 2, 3, 4]);
  assert.deepEqual(await offsetsOf(readerOf(5, [5])), [0, 1, 2, 3, 4]);
  assert.deepEqual(await offsetsOf(readerOf(0, [0])), []);
});

Deno.test("A partition that has lost its end is an error, not a partition that ends sooner", async () => {
  await assert.rejects(offsetsOf(readerOf(5, [3])), /states\/0 ends at 3, but ended at 5 before/);
});
