/**
 * What admins say about sessions, on the real server: it holds across kills, and when the read model is made anew.
 */
import assert from "node:assert/strict";
import type { ActivityRecord } from "../log/records.ts";
import type { Series, SessionDetail } from "../web/services.ts";
import {
  allEnded,
  getJson,
  messagesOf,
  pagesFilled,
  postReadings,
  TESTDATA,
  until,
  windowsOf,
} from "./client.ts";
import { engineTest } from "./engines.ts";
import { startServer } from "./server.ts";

const SETTINGS = { SESSION_IDLE_MS: "3000" };
const DEVICES = ["walker", "runner", "sitter", "stranger"] as const;
const FILES = ["walking.csv", "running.csv", "still.csv", "walking.csv"];

type Json = Record<string, unknown>;

/** Asks with a JSON body; the answer must be 200. */
async function ask(
  url: string,
  method: string,
  path: string,
  body?: Json,
  headers: Record<string, string> = {},
) {
  const response = await fetch(url + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** All that is shown of all sessions, without what depends on when it is asked. */
async function shown(url: string) {
  const { items } = await getJson(`${url}/api/sessions?strips=true`);
  const details: (SessionDetail & { series: Series; all: ActivityRecord[] })[] = [];
  for (const { sessionId, deviceId, strip } of items) {
    const path = `/api/sessions/${sessionId}`;
    const { receivedAt: _, live: __, ...detail } = await getJson(`${url}${path}?deviceId=${deviceId}`);
    const series = await getJson(`${url}${path}/series?deviceId=${deviceId}&points=20`);
    details.push({ ...detail, strip, series, all: await windowsOf(url, sessionId) });
  }
  const { items: labelled } = await getJson(`${url}/api/sessions?label=any`);
  const across = await getJson(`${url}/api/activity?limit=1000`);
  return {
    details: details.sort((a, b) => a.deviceId < b.deviceId ? -1 : 1),
    labelled: labelled.map(({ deviceId }: { deviceId: string }) => deviceId),
    windows: across.items.length,
  };
}

engineTest(
  "what is said about sessions holds across kills, and when the read model is made anew",
  async ({ env }) => {
    let server = await startServer({ ...SETTINGS, ...env });
    const restart = async () => {
      await server.kill();
      server = await startServer({ ...SETTINGS, ...env });
      await pagesFilled(server.url);
    };
    try {
      const { url } = server;
      for (const [i, device] of DEVICES.entries()) {
        await postReadings(
          url,
          await messagesOf(FILES[i], device),
        );
      }
      await allEnded(url, DEVICES.map((device) => `${device}-run`));
      const path = (device: string) => `/api/sessions/${device}-run`;
      const live = await windowsOf(url, "walker-run");

      await ask(url, "PATCH", path("walker"), { name: "Läufe 🏃", note: "one\ntwo" });
      const { startedAt, endedAt } = await getJson(url + path("runner"));
      await ask(url, "PUT", `${path("runner")}/labels/${startedAt}-${endedAt}`, { activity: "running" });
      const middle = Math.floor((startedAt + endedAt) / 2);
      const { labels } = await ask(url, "DELETE", `${path("runner")}/labels/${middle}-${middle + 1000}`);
      assert.equal(labels.length, 2);
      await ask(url, "DELETE", path("sitter"));
      assert.equal((await shown(url)).details.length, 3, "a deleted session is hidden at once");
      await ask(url, "POST", `${path("sitter")}/restore?deviceId=sitter`);
      await ask(url, "DELETE", path("stranger"));

      const { version, values } = await getJson(`${url}/api/thresholds`);
      const change = { values: { ...values, walkingMs2: 6, runningMs2: 40, cadence: null }, message: "try" };
      await ask(url, "PUT", "/api/thresholds", change, { "if-match": `"v${version}"` });
      const again = await ask(url, "POST", `${path("walker")}/reclassify`);
      assert.ok(again.totals.stationary > again.totals.walking, JSON.stringify(again.totals));
      // Thresholds that are changed later change nothing of it.
      const later = { values, message: "back" };
      await ask(url, "PUT", "/api/thresholds", later, { "if-match": `"v${version + 1}"` });

      const before = await shown(url);
      assert.deepEqual(before.details.map(({ deviceId }) => deviceId), ["runner", "sitter", "walker"]);
      assert.deepEqual(before.labelled, ["runner"]);
      const { all, name, note } = before.details[2];
      assert.deepEqual([name, note], ["Läufe 🏃", "one\ntwo"]);
      assert.deepEqual(
        all.map(({ magnitude, cadenceHz }) => [magnitude, cadenceHz]),
        live.map(({ magnitude, cadenceHz }) => [magnitude, cadenceHz]),
      );
      assert.deepEqual(
        new Set(all.map(({ thresholdsVersion }) => thresholdsVersion)),
        new Set([version + 1]),
      );

      await restart();
      assert.deepEqual(await shown(server.url), before, "after a kill");
      await server.kill();
      for (const name of ["view.db", "view.db-wal", "view.db-shm"]) {
        await Deno.remove(`${env.DATA_DIR}/${name}`).catch((error) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
      }
      await restart();
      // Sessions are decided again one after the other, when their windows are there.
      await getJson(server.url + path("walker"));
      assert.deepEqual(await shown(server.url), before, "with a read model that was made anew");
      await ask(server.url, "POST", `${path("stranger")}/restore?deviceId=stranger`);
      assert.equal(
        (await shown(server.url)).details.length,
        4,
        "what is hidden can be restored after all that",
      );
    } finally {
      await server[Symbol.asyncDispose]();
    }
  },
);

engineTest("replay with labels names its sessions and labels their whole length", async ({ env }) => {
  await using server = await startServer({ ...SETTINGS, ...env });
  const args = ["replay", TESTDATA, "--labels", "--speed", "max", "--url", server.url];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-net=127.0.0.1", "main.ts", ...args],
    cwd: new URL("../", import.meta.url),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stdout), /labelled sessions: 1 stationary, 1 walking, 1 running/);
  const list = async () => (await getJson(`${server.url}/api/sessions?label=any`)).items as SessionDetail[];
  const sessions = await until(list, (items) => items.length === 3);
  await allEnded(server.url, sessions.map(({ sessionId }) => sessionId));
  const told = (await list()).map(({ name, labels }) => [name, labels.map(({ activity }) => activity)]);
  assert.deepEqual(told.sort(), [["running", ["running"]], ["still", ["stationary"]], ["walking", [
    "walking",
  ]]]);
  for (const { labels: [{ from, to, source }], startedAt, endedAt } of await list()) {
    assert.equal(source, "import");
    assert.ok(from >= startedAt! - 5000 && to <= endedAt! + 5000 && to - from > 30_000);
  }
});
