import assert from "node:assert/strict";
import fc from "fast-check";
import { halve, MAX_STATEMENT_BYTES, type Part, type Row, rowCount, statementTexts } from "./delivery.ts";
import { SINK_TOPICS } from "./target.ts";

const rowAt = (offset: number, bytes: number): Row => {
  const json = JSON.stringify({ offset });
  return { offset, key: "phone-1", json, bytes, mark: `${offset} phone-1 m` };
};

/** Rows whose offsets have gaps, as Kafka leaves them, and a position past the last. */
const part: fc.Arbitrary<Part> = fc.record({
  topic: fc.constantFrom(...SINK_TOPICS),
  partition: fc.integer({ min: 0, max: 3 }),
  from: fc.integer({ min: 0, max: 1000 }),
  sizes: fc.array(
    fc.record({ gap: fc.integer({ min: 0, max: 2 }), bytes: fc.integer({ min: 1, max: 2_000_000 }) }),
    {
      maxLength: 12,
    },
  ),
  gap: fc.integer({ min: 0, max: 2 }),
}).map(({ topic, partition, from, sizes, gap }) => {
  let next = from;
  const rows = sizes.map(({ gap, bytes }) => {
    const offset = next + gap;
    next = offset + 1;
    return rowAt(offset, bytes);
  });
  return { topic, partition, from, next: next + gap, rows };
});

const offsetsOf = (parts: readonly Part[]) => parts.flatMap(({ rows }) => rows.map(({ offset }) => offset));

Deno.test("statements hold every row once, in order, and none is larger than it may be unless it is one row", () => {
  fc.assert(fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
    const texts = [...statementTexts(parts)];
    const sent = texts.map(({ json }) => JSON.parse(json) as [number, number, { offset: number }][]);
    const expected = parts.flatMap(({ partition, rows }) =>
      rows.map(({ offset }) => [partition, offset, { offset }])
    );
    assert.deepEqual(sent.flat(), expected);
    assert.deepEqual(sent.map(({ length }) => length), texts.map(({ count }) => count));
    const sizes = parts.flatMap(({ rows }) => rows.map(({ bytes }) => bytes));
    for (const { length } of sent) {
      const bytes = sizes.splice(0, length).reduce((sum, each) => sum + each, 0);
      assert.ok(length === 1 || bytes <= MAX_STATEMENT_BYTES);
    }
  }));
});

Deno.test("no rows need no statement", () => {
  assert.deepEqual([...statementTexts([])], []);
  assert.deepEqual([
    ...statementTexts([{ topic: "raw_sensor_data", partition: 0, from: 1, next: 3, rows: [] }]),
  ], []);
});

Deno.test("halves are as large as they can be alike, and loaded one after the other move as far as the whole", () => {
  // A delivery has one part of a partition.
  const selector = ({ topic, partition }: Part) => `${topic} ${partition}`;
  const parts = fc.uniqueArray(part, { selector, minLength: 1, maxLength: 5 })
    .filter((parts) => rowCount(parts) > 1);
  fc.assert(fc.property(parts, (parts) => {
    const [first, second] = halve(parts);
    assert.equal(rowCount(first), Math.ceil(rowCount(parts) / 2));
    assert.deepEqual(offsetsOf(first).concat(offsetsOf(second)).sort(), offsetsOf(parts).sort());
    for (const { from, next, rows } of [...first, ...second]) {
      for (const { offset } of rows) assert.ok(from <= offset && offset < next);
    }
    const moves = (parts: readonly Part[]) =>
      parts.map(({ topic, partition, from, next }) => ({ topic, partition, from, next }));
    const joined = moves(first);
    for (const move of moves(second)) {
      const before = joined.find(({ topic, partition, next }) =>
        topic === move.topic && partition === move.partition && next === move.from
      );
      if (before && first.length + second.length > parts.length) before.next = move.next;
      else joined.push(move);
    }
    const key = (move: ReturnType<typeof moves>[number]) => JSON.stringify(move);
    assert.deepEqual(joined.map(key).sort(), moves(parts).map(key).sort());
  }));
});
