/**
 * A recording of long ago, as Sensor Logger exports it, becomes a session of the time it was made.
 */
import assert from "node:assert/strict";
import { strToU8, zipSync } from "fflate";
import { readRecording } from "../commands/recordings.ts";
import { allEnded, getJson, TESTDATA, windowsOf } from "./client.ts";
import { inTempDir } from "./engines.ts";
import { startServer } from "./server.ts";

/** A whole second, a year ago. */
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 365 * 86_400_000;

async function exported(): Promise<Uint8Array<ArrayBuffer>> {
  const { tMs, xyz, count } = await readRecording(`${TESTDATA}walking.csv`);
  let csv = "time,seconds_elapsed,z,y,x\n";
  for (let i = 0; i < count; i++) {
    const [x, y, z] = xyz.subarray(3 * i, 3 * i + 3);
    csv += `${BigInt(Math.round((START_MS + tMs[i]) * 1000)) * 1000n},${tMs[i] / 1000},${z},${y},${x}\n`;
  }
  const annotations =
    `time,seconds_elapsed,text,millisecond_press_duration\n${START_MS}000000,0,walking,120\n`;
  const folder = "2025-01-01_10-00-00";
  return zipSync({
    [`${folder}/TotalAcceleration.csv`]: strToU8(csv),
    [`${folder}/Annotation.csv`]: strToU8(annotations),
    [`${folder}/Metadata.csv`]: strToU8("version,device name\n3,Pixel 8\n"),
  });
}

Deno.test("an exported recording of a year ago is imported with its times and labels, twice without doing it twice", () =>
  inTempDir(async (dir) => {
    await using server = await startServer({ DATA_DIR: `${dir}/data`, SESSION_IDLE_MS: "1500" });
    const body = await exported();
    const imported = async () => {
      const response = await fetch(`${server.url}/api/sessions/import?deviceId=pixel`, {
        method: "POST",
        body,
        headers: { "x-file-name": "Morning%20walk.zip" },
      });
      return [response.status, await response.json()] as const;
    };
    const [status, first] = await imported();
    assert.equal(status, 201, JSON.stringify(first));
    assert.deepEqual([first.sensor, first.accepted, first.rejected, first.labels], [
      "totalacceleration",
      1750,
      0,
      1,
    ]);
    await allEnded(server.url, [first.sessionId]);

    const session = await getJson(`${server.url}/api/sessions/${first.sessionId}?deviceId=pixel`);
    assert.equal(session.name, "Morning walk");
    assert.deepEqual(session.labels, [{
      from: START_MS,
      to: first.to,
      activity: "walking",
      source: "import",
    }]);
    assert.ok(Math.abs(session.startedAt - START_MS) < 5000, `${session.startedAt} is not about ${START_MS}`);
    const windows = await windowsOf(server.url, first.sessionId);
    assert.ok(windows.length > 25);
    assert.ok(windows.filter(({ activity }) => activity === "walking").length > 20);

    const [, again] = await imported();
    assert.deepEqual([again.sessionId, again.accepted, again.duplicate], [first.sessionId, 0, 1750]);
    assert.deepEqual(await windowsOf(server.url, first.sessionId), windows);
    assert.equal(await server.stop(), 0);
  }));
