import assert from "node:assert/strict";
import fc from "fast-check";
import { Acknowledgements, MAX_UNSETTLED, MAX_UNSETTLED_BYTES } from "./acknowledgements.ts";

Deno.test("in whichever order messages are settled, they are acknowledged in the order they came", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(), { minLength: 1, maxLength: 20 }).chain((list) =>
      fc.shuffledSubarray(list.map((_, i) => i), { minLength: list.length })
    ),
    (order) => {
      const acknowledgements = new Acknowledgements();
      const acknowledged: number[] = [];
      const settle = order.map((_, i) => acknowledgements.add(1, () => acknowledged.push(i)));
      const done = new Set<number>();
      for (const i of order) {
        settle[i]();
        done.add(i);
        const firstOpen = order.findIndex((_, n) => !done.has(n));
        assert.equal(acknowledged.length, firstOpen < 0 ? order.length : firstOpen);
      }
      assert.deepEqual(acknowledged, order.map((_, i) => i));
      assert.equal(acknowledgements.count, 0);
    },
  ));
});

for (const [what, count, bytes] of [["many", MAX_UNSETTLED, 1], ["large", 1, MAX_UNSETTLED_BYTES]] as const) {
  Deno.test(`with too ${what} messages unsettled no more are asked for until one is`, () => {
    const acknowledgements = new Acknowledgements();
    const settle = Array.from({ length: count }, () => acknowledgements.add(bytes, () => {}));
    let resumed = 0;
    acknowledgements.whenRoom(() => resumed++);
    assert.equal(resumed, 0);
    settle[0]();
    assert.equal(resumed, 1);
    acknowledgements.whenRoom(() => resumed++);
    assert.equal(resumed, 2);
  });
}
