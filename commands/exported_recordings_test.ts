import assert from "node:assert/strict";
import { strToU8, zipSync } from "fflate";
import { inTempDir } from "../e2e/engines.ts";
import { isExport, readExported } from "./exported_recordings.ts";
import { RecordingError } from "./recordings.ts";

const row = (tMs: number, z: string) => `${1_700_000_000_000 + tMs}000000,0,${z},2,3\n`;

Deno.test("readExported() gives the readings in order of time, and whether gravity is in them", () =>
  inTempDir(async (dir) => {
    const text = "time,seconds_elapsed,z,y,x\n" + row(20, "9") + row(0, "1") + row(10, "");
    for (
      const [sensor, gravity] of [["Accelerometer", "removed"], ["TotalAcceleration", "included"]] as const
    ) {
      await Deno.writeFile(`${dir}/a.zip`, zipSync({ [`${sensor}.csv`]: strToU8(text) }));
      const { tMs, xyz, ...rest } = await readExported(`${dir}/a.zip`);
      assert.deepEqual(rest, { count: 2, gravity });
      assert.deepEqual([...tMs], [1_700_000_000_000, 1_700_000_000_020]);
      assert.deepEqual([...xyz], [3, 2, 1, 3, 2, 9]);
    }
  }));

Deno.test("readExported() names the file that it cannot read", () =>
  inTempDir(async (dir) => {
    await Deno.writeFile(`${dir}/a.zip`, zipSync({ "Light.csv": strToU8("time,lux\n") }));
    await Deno.writeTextFile(`${dir}/b.json`, '[{"sensor":"Accelerometer"}]');
    const refused = [["a.zip", /a\.zip: .* no readings/], ["b.json", /b\.json: none of its rows/], [
      "c.zip",
      /no such file/,
    ]];
    for (const [name, message] of refused as [string, RegExp][]) {
      await assert.rejects(readExported(`${dir}/${name}`), (error) => {
        assert.ok(error instanceof RecordingError);
        assert.match(error.message, message);
        return true;
      });
    }
  }));

Deno.test("isExport() tells exports from recordings of our own by their names", () => {
  assert.deepEqual(["a.zip", "b.JSON", "c.csv", "d.csv.gz", "folder"].map(isExport), [
    true,
    true,
    false,
    false,
    false,
  ]);
});
