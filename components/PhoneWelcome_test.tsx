import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import { renderToString } from "preact-render-to-string";
import type { Phase, Trouble } from "../islands/phone/recorder.ts";
import type { SenderState } from "../islands/phone/sender.ts";
import { PhoneDelivery } from "./PhoneDelivery.tsx";
import { PhoneWelcome } from "./PhoneWelcome.tsx";

function welcome(
  phase: Phase,
  trouble: Trouble | null,
  sender: SenderState = { kind: "idle" },
  messages = 0,
) {
  return renderToString(
    <PhoneWelcome
      pairingError={null}
      recorder={{
        phase: signal(phase),
        trouble: signal(trouble),
        pairing: signal(phase === "unpaired" ? null : { deviceId: "p", name: null, key: "k" }),
        waiting: signal({ messages, bytes: 0 }),
        sender: signal(sender),
        start: () => Promise.resolve(),
      }}
    />,
  );
}

Deno.test("over plain HTTP the page says what the computer has to do, and offers no button", () => {
  const html = welcome("opening", "insecure");
  assert.match(html, /role="alert"[^]*only over HTTPS[^]*--lan/);
  assert.ok(!html.includes("Opening"));
  assert.ok(!html.includes("<button"));
});

Deno.test("the button says what it will do", () => {
  const labelOf = (html: string) => />([^<]+)<\/button>/.exec(html)?.[1];
  assert.equal(labelOf(welcome("ready", null)), "Start");
  assert.equal(labelOf(welcome("resuming", "needsTap")), "Go on");
  assert.equal(labelOf(welcome("resuming", "otherTab")), "Record here");
  assert.equal(labelOf(welcome("unpaired", null)), undefined);
});

Deno.test("what waits is told before recording too, with why when that is known", () => {
  assert.match(welcome("ready", null, { kind: "idle" }, 1), /1 second of readings wait here/);
  const locked = welcome("ready", null, { kind: "locked", why: "this key was revoked" }, 90);
  assert.match(locked, /pair it again[^]*this key was revoked/);
  assert.ok(!locked.includes("wait here"));
});

Deno.test("only words are read aloud, not the seconds that change all the time", () => {
  const states: SenderState[] = [
    { kind: "sending" },
    { kind: "waiting", sinceMs: 0, why: "this phone is offline" },
    { kind: "locked", why: "this key was revoked" },
  ];
  for (const state of states) {
    const html = renderToString(<PhoneDelivery state={state} messages={42} />);
    assert.match(html, /42 s of readings/);
    const spoken = [...html.matchAll(/<(b|span) role="(?:status|alert)">([^]*?)<\/\1>/g)].map(([, , text]) =>
      text
    );
    assert.equal(spoken.length, 1);
    assert.doesNotMatch(spoken[0], /\d/);
  }
});
