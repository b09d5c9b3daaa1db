import assert from "node:assert/strict";
import { DEFAULT_THRESHOLDS, type ThresholdValues, valuesOf } from "../../stream/thresholds.ts";
import type { ThresholdsVersion } from "../../web/services.ts";
import { changesOf, rowsOf } from "./differences.ts";

const VALUES = valuesOf(DEFAULT_THRESHOLDS);

function entry(
  version: number,
  values: ThresholdValues | null,
  deviceId: string | null = null,
): ThresholdsVersion {
  return { version, deviceId, values, message: "", atMs: 1000 * version, by: "anna", restoredFrom: null };
}

const shown = (versions: ThresholdsVersion[]) =>
  changesOf(versions).map(({ rows, untilMs }) => [rows?.map(({ name, texts }) => [name, ...texts]), untilMs]);

Deno.test("values side by side say which of them differ", () => {
  const rows = rowsOf(VALUES, { ...VALUES, runningMs2: 9, cadence: null });
  assert.deepEqual(rows.filter(({ differs }) => differs).map(({ name, texts }) => [name, ...texts]), [
    ["running from", "8.5", "9"],
    ["step rate decides", "7 to 16", "no"],
    ["running step rate", "2.35", "–"],
  ]);
  assert.equal(rows.length, 6);
});

Deno.test("a version differs from the one before for the same devices, and is in force until the next", () => {
  const versions = [
    entry(4, { ...VALUES, walkingMs2: 2.1 }),
    entry(3, { ...VALUES, walkingMs2: 3 }, "p"),
    entry(2, { ...VALUES, walkingMs2: 2 }),
    entry(1, VALUES),
  ];
  assert.deepEqual(shown(versions), [
    [[["walking from", "2", "2.1"]], null],
    [[["walking from", "2", "3"]], null],
    [[["walking from", "1.9", "2"]], 4000],
    [[], 2000],
  ]);
});

Deno.test("removing a device's values goes back to those of all devices", () => {
  const own = { ...VALUES, walkingMs2: 3 };
  const versions = [entry(4, own, "p"), entry(3, null, "p"), entry(2, own, "p"), entry(1, VALUES)];
  assert.deepEqual(shown(versions).slice(0, 2), [
    [[["walking from", "1.9", "3"]], null],
    [[["walking from", "3", "1.9"]], 4000],
  ]);
});

Deno.test("what is before the versions that are there is not known", () => {
  assert.equal(changesOf([entry(5, VALUES)])[0].rows, null);
  assert.equal(changesOf([entry(6, null, "p"), entry(5, VALUES, "p")])[0].rows, null);
});
