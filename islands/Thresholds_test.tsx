import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { fakeThresholds } from "../web/testing/fake_tuning.ts";
import Thresholds from "./Thresholds.tsx";

/** The page as the server renders it. */
async function render(canEdit: boolean): Promise<string> {
  const thresholds = fakeThresholds();
  const { values } = thresholds.current();
  await thresholds.save({ deviceId: null, values: { ...values, walkingMs2: 2 }, message: "x" }, 1, "Anna");
  await thresholds.save({ deviceId: "ben", values, message: "y" }, 2, "Anna");
  return renderToString(
    <Thresholds
      state={thresholds.current()}
      history={{ items: thresholds.history(20), nextBefore: null }}
      choice={{ deviceId: null, sessions: null }}
      devices={[{ deviceId: "ben", name: "Ben" }]}
      names={{ ben: "Ben" }}
      hasLabels
      windows={{ windowMs: 5000, slideMs: 1000 }}
      nowMs={0}
      canEdit={canEdit}
    />,
  );
}

const isDisabled = (html: string, label: RegExp) => {
  const tag = html.match(/<button[^>]*>[^<]*/g)?.find((button) => label.test(button));
  assert.ok(tag, `there is no button ${label}`);
  return /\sdisabled/.test(tag);
};

Deno.test("a viewer may try everything and save nothing, and is told why", async () => {
  const html = await render(false);
  assert.match(html, /signed in as a viewer: an admin can save/);
  for (const label of [/Save as v4/, /Restore v1/, /Remove the values of Ben/]) {
    assert.equal(isDisabled(html, label), true, `${label}`);
  }
  assert.equal(isDisabled(html, />Suggest/), false);
  assert.equal(isDisabled(html, /More: Walking from/), false);
});

Deno.test("an admin may restore and remove; saving waits for a change", async () => {
  const html = await render(true);
  assert.match(html, /nothing to save/);
  assert.equal(isDisabled(html, /Save as v4/), true);
  assert.equal(isDisabled(html, /Restore v1/), false);
  assert.equal(isDisabled(html, /Remove the values of Ben/), false);
});

Deno.test("the server renders no inline style, which the page's policy forbids", async () => {
  assert.doesNotMatch(await render(true), /\sstyle=/);
});
