/**
 * The experiment file that makes phyphox post a phone's accelerometer here.
 *
 * The rules it keeps are those of phyphox's own parser (PhyphoxFile.java of its Android app at cb5f8d8, the class that reads each
 * block is named beside the rule in `phyphox_experiment_test.ts`).
 *
 * @module
 */
import { PHYPHOX_IDS } from "./phyphox.ts";

/** The newest file format that everything here needs; apps from 2022 on read it. */
const FILE_FORMAT = "1.14";
/** Seconds between two posts: often enough to be live, seldom enough for the battery. */
const INTERVAL_S = 1;
/** Enough for windows, and half of what phones send at most: phyphox posts all numbers as text. */
const RATE_HZ = 100;
/** Readings that a buffer keeps while a post is late: a minute. */
const BUFFER_READINGS = 60 * RATE_HZ;

/**
 * Makes the file.
 *
 * @param address Where to post to: the address of `/ingest/phyphox/{key}` as the phone reaches it
 * @param deviceName For people
 * @returns XML, to be saved as `….phyphox`
 */
export function phyphoxExperiment(address: string, deviceName: string): string {
  const { x, y, z, t, time } = PHYPHOX_IDS;
  const buffers = [x, y, z, t];
  return `<?xml version="1.0" encoding="UTF-8"?>
<phyphox version="${FILE_FORMAT}">
  <title>Activity Tracker</title>
  <category>Activity Tracker</category>
  <description>Sends this phone's acceleration to ${escapeXml(new URL(address).host)} as ${
    escapeXml(deviceName)
  }. Press play and put the phone into your pocket. Readings are lost while the network is away: phyphox does not keep them.</description>
  <data-containers>
${buffers.map((name) => `    <container size="${BUFFER_READINGS}">${name}</container>`).join("\n")}
  </data-containers>
  <input>
    <sensor type="accelerometer" rate="${RATE_HZ}">
      <output component="x">${x}</output>
      <output component="y">${y}</output>
      <output component="z">${z}</output>
      <output component="t">${t}</output>
    </sensor>
  </input>
  <views>
    <view label="Acceleration">
      <info label="Press play: readings are sent every ${INTERVAL_S} s." />
      <graph label="Since the last post" labelX="t" unitX="s" labelY="z" unitY="m/s²">
        <input axis="x">${t}</input>
        <input axis="y">${z}</input>
      </graph>
    </view>
  </views>
  <network>
    <connection id="tracker" service="http/post" conversion="none" autoConnect="true" interval="${INTERVAL_S}" address="${
    escapeXml(address)
  }">
${buffers.map((name) => `      <send id="${name}" type="buffer" keep="false">${name}</send>`).join("\n")}
      <send id="${time}" type="time" />
    </connection>
  </network>
</phyphox>
`;
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character]);
}
