import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import type { DeviceItem } from "../web/devices.ts";
import { fakeDeadLetter, fakeHealth } from "../web/testing/fake_services.ts";
import DeadLetters from "./DeadLetters.tsx";
import Devices from "./Devices.tsx";
import LetterActions from "./LetterActions.tsx";

const ITEM: DeviceItem = {
  deviceId: "phone-1",
  name: "Anna",
  createdAt: 0,
  hasKey: true,
  gravity: "auto",
  unit: "auto",
  health: fakeHealth(),
  session: null,
};

/** Its buttons, and which of them can be pressed. */
function buttonsOf(html: string): [all: number, enabled: number] {
  const buttons = html.match(/<button[^>]*>/g) ?? [];
  return [buttons.length, buttons.filter((tag) => !/\sdisabled/.test(tag)).length];
}

const devices = (canEdit: boolean) =>
  renderToString(
    <Devices
      initial={{ items: [ITEM], total: 1, page: 1, pages: 1, atMs: 0, strangers: [] }}
      q=""
      path="/api/devices"
      asCards
      canEdit={canEdit}
      isList
      isPairing={false}
    />,
  );

Deno.test("a viewer sees devices and their health, and is told why nothing can be changed", () => {
  const html = devices(false);
  assert.match(html, /last readings/);
  assert.deepEqual(buttonsOf(html), [5, 0]);
  assert.match(html, /signed in as a viewer/);
  const [all, enabled] = buttonsOf(devices(true));
  assert.ok(all === 5 && enabled === all);
});

Deno.test("a viewer sees dead letters, and is told why nothing can be done with them", () => {
  for (const canEdit of [false, true]) {
    const letter = fakeDeadLetter(4);
    const list = renderToString(<DeadLetters initial={[letter]} isKafka={false} canEdit={canEdit} />);
    const one = renderToString(<LetterActions letter={letter} path="/x" isKafka={false} canEdit={canEdit} />);
    for (const html of [list, one]) {
      assert.deepEqual(buttonsOf(html), [2, canEdit ? 2 : 0]);
      assert.equal(html.includes("signed in as a viewer"), !canEdit);
    }
  }
});
