/**
 * Devices of the real server: how their readings come in, and admins' changes that outlive it.
 */
import assert from "node:assert/strict";
import { getJson, messagesOf, post } from "./client.ts";
import { engineTest } from "./engines.ts";
import { startServer } from "./server.ts";

const AHEAD_MS = 120_000;

async function change(url: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${url}/api/devices/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return await response.json();
}

const itemOf = async (url: string, deviceId: string) =>
  (await getJson(`${url}/api/devices?deviceId=${deviceId}`)).items[0];

engineTest(
  "a device's health is told, and its name, settings, key and removal survive a kill",
  async ({ env }) => {
    const messages = (await messagesOf("walking.csv", "phone-1", Date.now() + AHEAD_MS)).slice(0, 12);
    let key = "";
    {
      await using server = await startServer(env);
      const { url } = server;
      for (const message of messages) {
        if (message.messageId !== "5") assert.equal((await post(`${url}/sensor-data`, message)).status, 200);
      }
      await post(`${url}/sensor-data`, messages[0]);
      const broken = structuredClone(messages[11]);
      broken.messageId = "broken";
      broken.sensorReadings[0].values = [1, 2];
      broken.sensorReadings.length = 1;
      assert.equal((await post(`${url}/sensor-data`, broken)).status, 400);
      const { createdAt, health } = await itemOf(url, "phone-1");
      assert.equal(createdAt, null);
      assert.ok(health.lagMs < -60_000, String(health.lagMs));
      assert.ok(health.intervalMs > 5 && health.intervalMs < 60, String(health.intervalMs));
      assert.deepEqual([health.messages, health.duplicates, health.missing], [11, 1, 1]);
      assert.deepEqual(health.measured, { included: true, unit: "ms2" });
      assert.match(health.refused.reason, /expected three finite numbers/);
      assert.match(health.refused.excerpt, /"values":\[1,2\]/);

      await change(url, "PATCH", "phone-1", { name: "Anna", gravity: "removed" });
      key = (await change(url, "POST", "phone-1/key")).key;
      assert.equal((await post(`${url}/ingest/${key}`, messages[1])).status, 200);
      await change(url, "PATCH", "phone-1", { unit: "g" });
      await server.kill();
    }
    {
      await using server = await startServer(env);
      const { url } = server;
      const { name, gravity, unit, hasKey, health } = await itemOf(url, "phone-1");
      assert.deepEqual([name, gravity, unit, hasKey, health], ["Anna", "removed", "g", true, null]);
      await change(url, "DELETE", "phone-1");
      assert.equal((await post(`${url}/ingest/${key}`, messages[2])).status, 403);
      assert.equal(await itemOf(url, "phone-1"), undefined);
      await server.kill();
    }
    await using server = await startServer(env);
    await change(server.url, "POST", "phone-1/restore");
    assert.equal((await post(`${server.url}/ingest/${key}`, messages[3])).status, 200);
    assert.equal((await itemOf(server.url, "phone-1")).name, "Anna");
  },
);
