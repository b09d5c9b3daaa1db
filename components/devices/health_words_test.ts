import assert from "node:assert/strict";
import type { DeviceItem } from "../../web/devices.ts";
import type { DeviceHealth } from "../../web/services.ts";
import { fakeHealth } from "../../web/testing/fake_services.ts";
import { figures, findings, gravityWords } from "./health_words.ts";

const NOW_MS = 1_764_000_000_000;

function itemWith(health: Partial<DeviceHealth> | null, more: Partial<DeviceItem> = {}): DeviceItem {
  return {
    deviceId: "phone-1",
    name: null,
    createdAt: NOW_MS,
    hasKey: true,
    gravity: "auto",
    unit: "auto",
    health: health && fakeHealth({ lastSeenAt: NOW_MS - 500, ...health }),
    session: null,
    ...more,
  };
}

const said = (item: DeviceItem) => findings(item, NOW_MS).map(({ state, text }) => `${state}: ${text}`);

Deno.test("a phone that sends well is fine, and nothing else is said", () => {
  assert.deepEqual(said(itemWith({})), ["ok: Readings come in as they should."]);
});

const cases: [string, DeviceItem, RegExp][] = [
  [
    "a clock ahead",
    itemWith({ lagMs: -185_000 }),
    /^wrong: Its clock is 3\smin ahead\. .*automatic date and time/,
  ],
  ["late readings", itemWith({ lagMs: 42_000 }), /^note: Its readings are 42\ss old/],
  ["a slow sensor", itemWith({ readingsPerS: 9.4 }), /^wrong: Only 9\.4 readings a second.*50 a second/],
  ["uneven readings", itemWith({ jitterMs: 31 }), /^note: Readings come unevenly/],
  ["many missing messages", itemWith({ missing: 120, messages: 900 }), /^wrong: 120 messages have not come/],
  ["one missing message", itemWith({ missing: 1 }), /^note: 1 message has not come.*may still/],
  ["many repeated messages", itemWith({ duplicates: 400 }), /^note: 400 messages came again/],
  ["silence", itemWith({ lastSeenAt: NOW_MS - 720_000, readingsPerS: 0 }), /^note: Silent for 12\smin\./],
  ["nothing ever, with a key", itemWith(null), /^note: Nothing of it was taken.*check the push address/],
  [
    "nothing ever, without a key",
    itemWith(null, { hasKey: false }),
    /^note: Nothing of it was taken.*Pair it to give it a key/,
  ],
  [
    "a wrong setting of gravity",
    itemWith({}, { gravity: "removed" }),
    /^wrong: Set to without gravity, but its readings hold gravity: results are wrong/,
  ],
  ["a wrong unit", itemWith({}, { unit: "g" }), /^wrong: Set to g, but its readings are in m\/s²/],
  [
    "a window that was taken the other way",
    itemWith({}, { session: { sessionId: "s", live: true, gravityRemoved: false } }),
    /^note: Its newest readings hold gravity, its last window was taken the other way/,
  ],
];
for (const [what, item, expected] of cases) {
  Deno.test(`${what} is told with what to do`, () => {
    const [first, ...others] = said(item);
    assert.match(first, expected);
    assert.deepEqual(others, []);
  });
}

Deno.test("a refusal is urgent until readings have come for ten minutes since", () => {
  const refused = { at: NOW_MS - 60_000, status: 400, reason: "it is not JSON", excerpt: "x" };
  assert.match(said(itemWith({ refused }))[0], /^wrong: A message was refused 1\smin ago: it is not JSON/);
  const old = { ...refused, at: NOW_MS - 3_600_000, status: 200 };
  assert.match(said(itemWith({ refused: old }))[0], /^note: Some readings were rejected 1\sh ago/);
  assert.match(said(itemWith({ refused: old, lastSeenAt: NOW_MS - 3_700_000 }))[0], /^wrong/);
});

Deno.test("the most urgent comes first", () => {
  const states = findings(itemWith({ lagMs: 42_000, readingsPerS: 3, missing: 1 }), NOW_MS).map(({ state }) =>
    state
  );
  assert.deepEqual(states, ["wrong", "note", "note"]);
});

Deno.test("gravity is told with who says so", () => {
  assert.equal(gravityWords(itemWith({})), "in the readings (found from the readings), m/s²");
  assert.equal(
    gravityWords(itemWith({ measured: null, named: "removed" })),
    "not in the readings (by the sensor's name), unit not known",
  );
  assert.equal(
    gravityWords(itemWith({}, { gravity: "removed", unit: "g" })),
    "not in the readings (set here), g (set here)",
  );
  assert.equal(gravityWords(itemWith(null)), "not known before some seconds of readings");
});

Deno.test("every figure has its unit, and what is zero is left out", () => {
  assert.deepEqual(figures(itemWith({ missing: 3, rejected: 2 })), [
    ["rate", "50\u00a0readings/s"],
    ["interval", "20.0 ± 0.8\u00a0ms"],
    ["age on arrival", "0.4\u00a0s"],
    ["messages", "1,200"],
    ["missing", "3"],
    ["rejected readings", "2"],
  ]);
  assert.deepEqual(figures(itemWith(null)), []);
});
