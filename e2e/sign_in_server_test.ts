/**
 * Sign-in on the real server: the link it prints, what a crash leaves, and several processes.
 */
import assert from "node:assert/strict";
import { startTaskArgs } from "../commands/testing/server_process.ts";
import { until } from "./client.ts";
import { engineTest, inTempDir, kafkaEnv } from "./engines.ts";
import { kafkaTest } from "./kafka/testing.ts";
import { startServer } from "./server.ts";

const ANNA = { name: "Anna", password: "correct horse battery", again: "correct horse battery" };
/** Another machine's request, as a proxy on this one passes it on. */
const FROM_ELSEWHERE = { "x-forwarded-for": "192.0.2.7" };
/** A session and its end must be known everywhere within this time, ms. */
const SPREAD_MS = 1000;

async function post(
  url: string,
  fields: Record<string, string>,
  headers: HeadersInit = {},
): Promise<Response> {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers,
    redirect: "manual",
  });
  await response.body?.cancel();
  return response;
}

async function statusOf(url: string, headers: HeadersInit = {}): Promise<number> {
  const response = await fetch(url, { headers, redirect: "manual" });
  await response.body?.cancel();
  return response.status;
}

/** The Cookie header of whoever was answered with this. */
function cookieOf(response: Response): { cookie: string } {
  const [cookie] = /session=[\w-]{43}/.exec(response.headers.get("set-cookie") ?? "") ?? [];
  assert(cookie, `no session, but status ${response.status}`);
  return { cookie };
}

Deno.test("the link that the server prints makes the first admin from another machine, once", async () => {
  await inTempDir(async (dir) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: startTaskArgs(),
      env: { PORT: "0", DATA_DIR: dir },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      let text = "";
      const lines = child.stdout.pipeThrough(new TextDecoderStream());
      for await (const part of lines.values({ preventCancel: true })) {
        text += part;
        if (/setup\?code=\S+\n/.test(text)) break;
      }
      const [link] = /http:\S+\/setup\?code=[\w-]{43}/.exec(text)!;
      const { origin, searchParams } = new URL(link);
      const code = searchParams.get("code")!;
      assert.equal(await statusOf(`${origin}/setup?code=${code}x`, FROM_ELSEWHERE), 403);
      assert.equal((await post(`${origin}/setup`, ANNA, FROM_ELSEWHERE)).status, 403);
      assert.equal(await statusOf(link, FROM_ELSEWHERE), 200);
      const made = await post(`${origin}/setup`, { ...ANNA, code }, FROM_ELSEWHERE);
      assert.equal(await statusOf(`${origin}/api/users`, cookieOf(made)), 200);
      assert.equal(
        (await post(`${origin}/setup`, { ...ANNA, name: "Eve", code }, FROM_ELSEWHERE)).status,
        409,
      );
    } finally {
      child.kill("SIGKILL");
      await child.output().catch(() => {});
    }
  });
});

engineTest(
  "users and their sessions are there after a crash, and phones and metrics need none",
  async ({ env }) => {
    await using first = await startServer(env);
    assert.equal(await statusOf(`${first.url}/api/users`), 200);
    const session = cookieOf(await post(`${first.url}/setup`, ANNA));
    assert.equal(await statusOf(`${first.url}/api/users`), 401);
    await first.kill();
    await using second = await startServer(env);
    assert.equal(await statusOf(`${second.url}/api/users`, session), 200);
    assert.equal(await statusOf(`${second.url}/api/users`), 401);
    assert.equal(await statusOf(`${second.url}/metrics`), 200);
    assert.equal(await statusOf(`${second.url}/metrics`, FROM_ELSEWHERE), 401);
    const reading = { name: "accelerometer", timestamp: Date.now(), values: [0.1, 0.2, 9.8] };
    const message = { messageId: "1", sessionId: "s", deviceId: "d", sensorReadings: [reading] };
    const posted = await fetch(`${second.url}/sensor-data`, {
      method: "POST",
      body: JSON.stringify(message),
      headers: { "content-type": "application/json" },
    });
    assert.equal((await posted.json()).accepted, 1);
    const again = cookieOf(await post(`${second.url}/sign-in`, ANNA));
    assert.notDeepEqual(again, session);
    await post(`${second.url}/account`, { action: "signOutEverywhere" }, again);
    for (const ended of [session, again]) assert.equal(await statusOf(`${second.url}/api/users`, ended), 401);
  },
);

kafkaTest(
  "a session that one web node made is one on the other, until it is ended on either",
  async (brokers) => {
    await inTempDir(async (dir) => {
      const env = kafkaEnv(brokers);
      const start = (name: string) => startServer({ ...env, DATA_DIR: `${dir}/${name}` }, ["--roles", "web"]);
      await using one = await start("one");
      await using other = await start("other");
      const session = cookieOf(await post(`${one.url}/setup`, ANNA));
      await until(() => statusOf(`${other.url}/api/users`), (status) => status === 401, SPREAD_MS);
      await until(() => statusOf(`${other.url}/api/users`, session), (status) => status === 200, SPREAD_MS);
      await post(`${other.url}/account`, { action: "signOut" }, session);
      await until(() => statusOf(`${one.url}/api/users`, session), (status) => status === 401, SPREAD_MS);
    });
  },
);
