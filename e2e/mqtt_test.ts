/**
 * Phones publish to a real broker while our server, which listens to it, is killed.
 */
import assert from "node:assert/strict";
import mqtt from "mqtt";
import type { ActivityRecord } from "../log/records.ts";
import { allEnded, getJson, type Message, messagesOf, pagesFilled, until, windowsOf } from "./client.ts";
import { inTempDir } from "./engines.ts";
import { mosquittoMissing, startMosquitto } from "./mosquitto.ts";
import { startServer } from "./server.ts";
import { testUnlessMissing } from "./unless_missing.ts";

const PHONES = 30;
const KILLS = 3;
const SETTINGS = { SESSION_IDLE_MS: "4000", MQTT_TOPIC: "phones/#" };
const END_MS = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
const FILES = ["still.csv", "walking.csv", "running.csv"];

/** As Sensor Logger has it, with a sensor whose readings hold gravity. */
const published = ({ sensorReadings, ...ids }: Message) =>
  JSON.stringify({
    ...ids,
    messageId: Number(ids.messageId),
    payload: sensorReadings.map(({ timestamp, values: [x, y, z] }) => ({
      name: "totalacceleration",
      time: timestamp * 1e6,
      values: { x, y, z },
    })),
  });

/** What all phones publish, in the order they do. */
async function traffic(): Promise<{ topic: string; payload: string }[]> {
  const phones = await Promise.all(
    Array.from({ length: PHONES }, (_, n) => messagesOf(FILES[n % FILES.length], `phone-${n}`, END_MS)),
  );
  const longest = Math.max(...phones.map(({ length }) => length));
  return Array.from({ length: longest }, (_, second) => phones.flatMap((messages) => messages[second] ?? []))
    .flat().map((message) => ({ topic: `phones/${message.deviceId}`, payload: published(message) }));
}

async function run(dir: string, kills: number): Promise<ActivityRecord[][]> {
  await Deno.mkdir(dir);
  await using broker = await startMosquitto(dir);
  const env = { ...SETTINGS, DATA_DIR: `${dir}/data`, MQTT_URL: broker.url };
  let server = await startServer(env);
  const phones = await mqtt.connectAsync(broker.url, { clientId: "phones" });
  try {
    const listening = () =>
      until(
        () => getJson(`${server.url}/api/status`),
        ({ parts }) =>
          parts.some((part: { id: string; text: string }) =>
            part.id === "mqtt" && /^Listening/.test(part.text)
          ),
      );
    await listening();
    const messages = await traffic();
    const share = Math.ceil(messages.length / (kills + 1));
    const publish = async (from: number, to: number) => {
      for (const { topic, payload } of messages.slice(from, to)) phones.publish(topic, payload, { qos: 1 });
      // The answer to the last one: the broker has all before it.
      await phones.publishAsync("elsewhere", "", { qos: 1 });
    };
    for (let kill = 0; kill < kills; kill++) {
      const middle = Math.floor((kill + 0.5) * share);
      // Some are in the log, some on their way, and some acknowledged to nobody.
      await publish(kill * share, middle);
      await server.kill();
      await publish(middle, (kill + 1) * share);
      server = await startServer(env);
      await listening();
    }
    await publish(kills * share, messages.length);
    const sessions = Array.from({ length: PHONES }, (_, n) => `phone-${n}-run`);
    await pagesFilled(server.url);
    await allEnded(server.url, sessions);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /activity_tracker_mqtt_messages_total\{fate="refused"\} 0/);
    assert.match(metrics, /activity_tracker_mqtt_waiting_messages 0/);
    const windows = await Promise.all(sessions.map((session) => windowsOf(server.url, session)));
    assert.equal(await server.stop(), 0, "SIGTERM ends the server with 0");
    return windows;
  } finally {
    await phones.endAsync();
    await server[Symbol.asyncDispose]();
  }
}

testUnlessMissing(
  "MQTT",
  `${KILLS} SIGKILLs while ${PHONES} phones publish with QoS 1 lose no window, repeat none and change none`,
  () =>
    inTempDir(async (dir) => {
      const undisturbed = await run(`${dir}/undisturbed`, 0);
      const killed = await run(`${dir}/killed`, KILLS);
      assert.ok(undisturbed.every((windows) => windows.length > 25));
      assert.deepEqual(
        undisturbed.slice(0, FILES.length).map((windows) => windows[15].activity),
        ["stationary", "walking", "running"],
      );
      for (const [phone, windows] of undisturbed.entries()) {
        assert.deepEqual(killed[phone], windows, `phone-${phone}`);
      }
    }),
  mosquittoMissing(),
);
