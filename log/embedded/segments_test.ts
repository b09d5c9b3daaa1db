import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { openDatabase } from "./database.ts";
import { DELETE_SEGMENTS, Segments } from "./segments.ts";

const PARTITIONS = 3;

/** A body is a partition number a record. */
function open(db: DatabaseSync): Segments {
  return new Segments(db, "raw_segment", PARTITIONS, (body, offsets) => {
    for (const partition of body) offsets[partition]++;
  });
}

function count(body: readonly number[]): Float64Array {
  const counts = new Float64Array(PARTITIONS);
  for (const partition of body) counts[partition]++;
  return counts;
}

function withSegments(run: (db: DatabaseSync, segments: Segments) => void): void {
  const db = openDatabase(":memory:", PARTITIONS);
  try {
    run(db, open(db));
  } finally {
    db.close();
  }
}

const append = (segments: Segments, body: number[], atMs = 0) =>
  segments.append(Uint8Array.from(body), atMs, count(body))();

Deno.test("locate() finds the segment of every record, however partitions are missing from segments", () => {
  const bodies = fc.array(fc.array(fc.integer({ min: 0, max: PARTITIONS - 1 }), { maxLength: 4 }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(bodies, fc.nat(12), (bodies, expired) => {
      withSegments((db, segments) => {
        for (const body of bodies) append(segments, body);
        segments.expire(1, 0, expired + 1)();
        for (const reader of [segments, open(db)]) {
          const offsets = new Float64Array(PARTITIONS);
          bodies.forEach((body, i) => {
            for (const partition of body) {
              const offset = offsets[partition]++;
              if (i + 1 >= segments.firstId) assert.equal(reader.locate(partition, offset), i + 1);
              else assert.equal(reader.locate(partition, offset), segments.firstId);
            }
          });
          assert.deepEqual(reader.ends, offsets);
        }
      });
    }),
    { numRuns: 50 },
  );
});

Deno.test("a segment whose transaction was rolled back leaves no trace", () => {
  withSegments((db, segments) => {
    append(segments, [0, 1]);
    db.exec("BEGIN");
    segments.append(Uint8Array.of(2, 2), 0, count([2, 2]));
    db.exec("ROLLBACK");
    append(segments, [0]);
    assert.deepEqual([...segments.ends], [2, 1, 0]);
    assert.equal(segments.lastId, 2);
    assert.deepEqual([...segments.segment(2)!.base], [1, 1, 0]);
  });
});

Deno.test("expire() deletes what is too old or too much, and never the newest or what is still needed", () => {
  withSegments((_, segments) => {
    for (let i = 1; i <= 6; i++) append(segments, [0, 0], i * 1000);
    segments.expire(2000, 1e6, 6)();
    assert.equal(segments.firstId, 2, "older than 2 s");
    segments.expire(0, 8, 6)();
    assert.equal(segments.firstId, 3, "eight bytes are four segments");
    segments.expire(1e9, 0, 4)();
    assert.equal(segments.firstId, 4, "needed from 4 on");
    segments.expire(1e9, 0, 1e9)();
    assert.equal(segments.firstId, 6, "the newest carries the offsets");
    assert.deepEqual(segments.extents()[0], { begin: 10, end: 12 });
    assert.deepEqual(segments.extents()[1], { begin: 0, end: 0 });
  });
});

Deno.test("expire() deletes a slice at a time", () => {
  withSegments((_, segments) => {
    for (let i = 0; i < DELETE_SEGMENTS + 10; i++) append(segments, [0]);
    segments.expire(1, 0, 1e9)();
    assert.equal(segments.firstId, DELETE_SEGMENTS + 1);
  });
});

Deno.test("bytes are counted on after a restart, also when older segments are gone", () => {
  withSegments((db, segments) => {
    for (let i = 0; i < 5; i++) append(segments, [0, 0, 0, 0]);
    segments.expire(0, 12, 1e9)();
    const again = open(db);
    assert.equal(again.firstId, 3);
    append(again, [0, 0, 0, 0]);
    again.expire(0, 12, 1e9)();
    assert.equal(again.firstId, 4);
  });
});

Deno.test("an empty topic has no records and its first segment is the next", () => {
  withSegments((_, segments) => {
    assert.equal(segments.locate(0, 0), 1);
    assert.equal(segments.segment(1), null);
    assert.deepEqual(segments.extents(), Array(PARTITIONS).fill({ begin: 0, end: 0 }));
  });
});
