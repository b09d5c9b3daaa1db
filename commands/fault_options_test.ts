import assert from "node:assert/strict";
import { readFaults, tellFaults } from "./fault_options.ts";
import { newFaultCounts, NO_FAULTS } from "./faults.ts";
import { UsageError } from "./usage.ts";

Deno.test("readFaults() reads every option", () => {
  const given = {
    drop: "0.05",
    duplicate: "1",
    reorder: ".1",
    delay: "0-2000",
    offline: "30s@1.5min",
    clock: "+180s",
    "clock-jump": "-1h@500ms",
    unit: "g",
    gravity: "removed",
    seed: "7",
  };
  assert.deepEqual(readFaults(given), {
    faults: {
      seed: 7,
      drop: 0.05,
      duplicate: 1,
      reorder: 0.1,
      delayMs: [0, 2000],
      offline: { lengthMs: 30_000, atMs: 90_000 },
      clockMs: 180_000,
      clockJump: { byMs: -3_600_000, atMs: 500 },
    },
    disguise: { unit: "g", gravity: "removed" },
  });
});

Deno.test("readFaults() has nothing to do where nothing was asked for", () => {
  assert.deepEqual(readFaults({}), { faults: null, disguise: null });
  assert.deepEqual(readFaults({ gravity: "included" }), {
    faults: null,
    disguise: { unit: "ms2", gravity: "included" },
  });
  assert.deepEqual(readFaults({ clock: "-3min" }).faults, { ...NO_FAULTS, clockMs: -180_000 });
});

const WRONG: Record<string, [values: string[], example: RegExp]> = {
  drop: [["0", "1.01", "-1", "", " ", "5%", "NaN"], /share of the messages .* --drop 0\.05$/],
  duplicate: [["x"], /--duplicate 0\.05$/],
  reorder: [["2"], /--reorder 0\.05$/],
  delay: [["2000", "5-1", "0-0", "-5-5", "1s-2s", "0-9999999999"], /in ms, for example --delay 0-2000$/],
  offline: [["30s", "30s@", "0s@1s", "-30s@1s", "30@60", "1s@2s@3s", "999h@1000h"], /--offline 30s@60s$/],
  clock: [
    ["180", "0s", "", "s", "1 min", "--5s", "31000min@0s", "9999h"],
    /--clock \+180s or --clock=-180s$/,
  ],
  "clock-jump": [["60s", "0s@1s", "60s@-1s", "60s@", "@5s"], /--clock-jump 60s@30s or /],
  unit: [["mg", "G", ""], /expected g or ms2, for example --unit g$/],
  gravity: [["yes"], /expected included or removed, for example --gravity removed$/],
  seed: [["-1", "1.5", "x"], /--seed 1$/],
};

for (const [option, [values, example]] of Object.entries(WRONG)) {
  Deno.test(`readFaults() refuses another --${option} and shows how it is written`, () => {
    for (const value of values) {
      assert.throws(
        () => readFaults({ drop: "0.5", [option]: value }),
        (error) => {
          assert.ok(error instanceof UsageError, String(error));
          assert.ok(error.message.startsWith(`--${option} is ${JSON.stringify(value)}: expected `), value);
          assert.match(error.message, example);
          return true;
        },
        value,
      );
    }
  });
}

Deno.test("readFaults() refuses a seed that has nothing to decide", () => {
  assert.throws(() => readFaults({ seed: "3", unit: "g" }), /--seed is for faults, of which there is none/);
});

Deno.test("tellFaults() tells what happened, and that nothing did", () => {
  const faults = { ...NO_FAULTS, delayMs: [5, 20] as const };
  assert.equal(
    tellFaults({
      ...newFaultCounts(),
      messages: 9,
      dropped: 2,
      droppedReadings: 100,
      reordered: 1,
      delayed: 7,
    }, faults),
    "faults (seed 1) in 9 messages: 2 dropped (100 readings), 1 sent after the next, 7 delayed by 5 to 20 ms",
  );
  assert.equal(
    tellFaults({ ...newFaultCounts(), messages: 9, duplicated: 1, held: 3 }, faults),
    "faults (seed 1) in 9 messages: 1 sent twice, 3 held back while offline",
  );
  const clocks = { ...NO_FAULTS, clockMs: 180_000, clockJump: { atMs: 30_000, byMs: -1500 } };
  assert.match(
    tellFaults(newFaultCounts(), clocks),
    /: all by a clock that is 180 s ahead, from 30 s on by one that leapt 1\.5 s back$/,
  );
  assert.match(tellFaults({ ...newFaultCounts(), messages: 9 }, faults), /: none$/);
});
