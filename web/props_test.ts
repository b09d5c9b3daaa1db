import assert from "node:assert/strict";
import { computed, type Signal, signal } from "@preact/signals";
import { decodeProps, encodeProps } from "./props.ts";

Deno.test("encodeProps() keeps a signal that two islands share one signal", () => {
  const count = signal(3);
  const [a, b] = decodeProps(encodeProps([{ name: "A", props: { count } }, { name: "B", props: { count } }]));
  assert.equal(a.props.count, b.props.count);
  (a.props.count as Signal<number>).value = 4;
  assert.equal((b.props.count as Signal<number>).value, 4);
});

Deno.test("encodeProps() keeps dates, maps and absent values", () => {
  const props = { at: new Date(5), names: new Map([["a", 1]]), none: undefined, nan: NaN };
  assert.deepEqual(decodeProps(encodeProps([{ name: "A", props }]))[0].props, props);
});

Deno.test("encodeProps() cannot be left by text that looks like the end of the script", () => {
  const props = { name: "</script><script>alert(1)</script><!--" };
  const text = encodeProps([{ name: "A", props }]);
  assert(!text.includes("<"));
  assert.deepEqual(decodeProps(text)[0].props, props);
});

Deno.test("encodeProps() sends the value of a computed signal", () => {
  const [{ props }] = decodeProps(encodeProps([{ name: "A", props: { double: computed(() => 4) } }]));
  assert.equal((props.double as Signal<number>).value, 4);
});

Deno.test("encodeProps() refuses a function, which cannot travel", () => {
  assert.throws(() => encodeProps([{ name: "A", props: { onClick: () => {} } }]));
});
