import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Message } from "kafkajs";
import type { FetchedRecord } from "./fetch_codec.ts";
import { KafkaStates, positionMessage, stateMessage } from "./states.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Messages as they are read back, an hour apart. */
const records = (messages: Message[]): FetchedRecord[] =>
  messages.map(({ key, value }, offset) => ({
    offset,
    timestampMs: 3_600_000 * offset,
    key: Buffer.from(key as string),
    value: value === null ? null : Buffer.from(value),
    headers: [],
  }));

Deno.test("restore() leaves the newest of each session: live ones, closed ones and those deleted", () => {
  const states = new KafkaStates();
  states.restore(records([
    stateMessage({ key: "a\n1", value: bytes("old"), live: true }),
    stateMessage({ key: "b\n1", value: bytes("open"), live: true }),
    stateMessage({ key: "c\n1", value: bytes("closed"), live: false }),
    stateMessage({ key: "a\n1", value: bytes("new"), live: true }),
    stateMessage({ key: "b\n1", value: bytes("shut"), live: false }),
    { key: "c\n1", value: null },
    positionMessage({ next: 7, snapshot: 5 }),
  ]));
  assert.deepEqual(states.live().map(({ key }) => key), ["a\n1"]);
  assert.deepEqual(
    ["a\n1", "b\n1", "c\n1"].map((key) => states.get(key) && Buffer.from(states.get(key)!).toString()),
    [
      "new",
      "shut",
      null,
    ],
  );
  assert.deepEqual(states.position, { next: 7, snapshot: 5 });
});

Deno.test("live states are kept no longer than until the task has them", () => {
  const states = new KafkaStates();
  states.restore(records([stateMessage({ key: "a\n1", value: bytes("open"), live: true })]));
  states.handedOver();
  assert.deepEqual([states.live(), states.get("a\n1")], [[], null]);
});

Deno.test("expired() names sessions closed long ago, oldest first, until apply() has deleted them", () => {
  const states = new KafkaStates();
  states.restore(
    records(["a", "b", "c"].map((key) => stateMessage({ key, value: bytes(key), live: false }))),
  );
  states.apply([{ key: "a", value: bytes("again"), live: false }], [], 9_000_000);
  assert.deepEqual(states.expired(8_000_000), ["b", "c"]);
  states.apply([], ["b"], 9_000_000);
  assert.deepEqual(states.expired(8_000_000), ["c"]);
  states.apply([{ key: "c", value: bytes("open"), live: true }], [], 9_000_000);
  assert.deepEqual([states.expired(8_000_000), states.get("c")], [[], null]);
});
