import assert from "node:assert/strict";
import { useContext } from "preact/hooks";
import { type ComponentChildren, createContext } from "preact";
import { loadIslands, renderIslands } from "./islands.ts";

function Counter({ start }: { start: number }) {
  return <b>{start}</b>;
}
function Panel({ start }: { start: number }) {
  return (
    <section>
      <Counter start={start} />
    </section>
  );
}
const NAMES = new Map<unknown, string>([[Counter, "Counter"], [Panel, "Panel"]]);

Deno.test("renderIslands() wraps each island and collects its props in order", () => {
  const { html, found } = renderIslands(
    () => (
      <main>
        <Counter start={1} />
        <Counter start={2} />
      </main>
    ),
    NAMES,
  );
  assert.equal(
    html,
    `<main><div class="island" data-island="0"><b>1</b></div><div class="island" data-island="1"><b>2</b></div></main>`,
  );
  assert.deepEqual(found, [{ name: "Counter", props: { start: 1 } }, {
    name: "Counter",
    props: { start: 2 },
  }]);
});

Deno.test("renderIslands() leaves an island inside an island to the outer one", () => {
  const { html, found } = renderIslands(() => <Panel start={7} />, NAMES);
  assert.equal(html, `<div class="island" data-island="0"><section><b>7</b></section></div>`);
  assert.deepEqual(found, [{ name: "Panel", props: { start: 7 } }]);
});

Deno.test("renderIslands() finds nothing on a page without islands", () => {
  assert.deepEqual(renderIslands(() => <p>text</p>, NAMES), { html: "<p>text</p>", found: [] });
});

Deno.test("renderIslands() works again after a page that threw", () => {
  const Broken = (): ComponentChildren => {
    throw new Error("broken");
  };
  assert.throws(() => renderIslands(() => <Broken />, NAMES), /broken/);
  assert.equal(renderIslands(() => <Counter start={1} />, NAMES).found.length, 1);
});

Deno.test("renderIslands() passes contexts into islands", () => {
  const Colour = createContext("none");
  const Shown = () => <i>{useContext(Colour)}</i>;
  const { html } = renderIslands(
    () => (
      <Colour.Provider value="blue">
        <Shown />
      </Colour.Provider>
    ),
    new Map([[Shown, "Shown"]]),
  );
  assert.equal(html, `<div class="island" data-island="0"><i>blue</i></div>`);
});

Deno.test("loadIslands() refuses a file without a component and shows one", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/Clock.tsx`, "export const Clock = 1;");
    await assert.rejects(
      loadIslands(new URL(`file://${dir}/`)),
      /islands\/Clock\.tsx.*export default function Clock\(\)/,
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
