/**
 * The private key, its passphrase and the tokens of sessions appear nowhere: not while all is well, and not in what is said when it
 * is not.
 */
import assert from "node:assert/strict";
import { messageOf } from "../kafka/tracker.ts";
import { post, until } from "../client.ts";
import { inTempDir } from "../engines.ts";
import { endOfStart, startServer } from "../server.ts";
import type { LocalSnowflake } from "./local.ts";
import { snowflakeTest } from "./testing.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** JSON web tokens, and what the strict server's session tokens begin with. */
const TOKEN = /eyJ[\w-]{20,}|ver:\d-hint:/;

/** What must not be seen: the passphrase, and each line of the key's file. */
async function secretsOf({ settings }: LocalSnowflake): Promise<string[]> {
  const pem = await Deno.readTextFile(settings.privateKeyPath);
  const lines = pem.split("\n").filter((line) => line.length > 40 && !line.startsWith("-----"));
  assert.ok(lines.length > 10);
  return [settings.passphrase!, ...lines];
}

function assertNone(secrets: string[], texts: Record<string, string>): void {
  for (const [name, text] of Object.entries(texts)) {
    assert.ok(text.length > 0, `${name} is empty`);
    for (const secret of secrets) assert.ok(!text.includes(secret), `${name} shows a secret`);
    assert.doesNotMatch(text, TOKEN, name);
  }
}

const PAGES = ["/metrics", "/readyz", "/status", "/api/status", "/api/log", "/"];

/** Runs a server until `word` is in what its status says. */
async function seen(env: Record<string, string>, word: RegExp): Promise<Record<string, string>> {
  return await inTempDir(async (dir) => {
    await using server = await startServer({ ...env, DATA_DIR: dir, SNOWFLAKE_BUFFER_COUNT_RECORDS: "1" });
    await post(`${server.url}/sensor-data`, messageOf("phone-1"));
    const text = async (path: string) => await (await fetch(server.url + path)).text();
    await until(() => text("/api/status"), (status) => word.test(status));
    const texts = Object.fromEntries(await Promise.all(PAGES.map(async (path) => [path, await text(path)])));
    await server.stop();
    return { ...texts, errors: `${server.errors()}.` };
  });
}

/** What a task of ours prints. */
async function printed(task: string[], env: Record<string, string>): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", ...task],
    cwd: ROOT,
    env,
    stdout: "piped",
    stderr: "piped",
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

snowflakeTest("no page, metric, log or error shows the key, its passphrase or a token", async (snowflake) => {
  const { env } = snowflake;
  const secrets = await secretsOf(snowflake);
  assertNone(secrets, await seen(env, /in \d+ loads? since the start/));
  await snowflake.fault({ kind: "sessionGone", times: 1000 });
  assertNone(secrets, await seen(env, /The log keeps the records meanwhile/));
  await snowflake.clearFaults();
  const wrong = { ...env, SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: `${snowflake.settings.passphrase}x` };
  assertNone(secrets, await seen(wrong, /passphrase/i));
  await snowflake.query("ALTER USER ACTIVITY_SINK UNSET RSA_PUBLIC_KEY");
  assertNone(secrets, await seen(env, /RSA_PUBLIC_KEY/));
});

snowflakeTest("no command prints the key, its passphrase or a token", async (snowflake) => {
  const { env } = snowflake;
  const secrets = await secretsOf(snowflake);
  const { stdout, stderr } = await endOfStart(env, ["--print-config"]);
  assertNone(secrets, {
    "--print-config": stdout + stderr,
    "snowflake:ddl": await printed(["snowflake:ddl"], env),
    "snowflake:check": await printed(["snowflake:check"], env),
  });
});

snowflakeTest("no exported file shows the key, its passphrase or a token", async (snowflake) => {
  const secrets = await secretsOf(snowflake);
  const texts: Record<string, string> = {};
  await inTempDir(async (dir) => {
    texts.connect = await printed(["connect", "--dir", dir], snowflake.env);
    for (const folder of ["v3", "v4"]) {
      for (const { name } of Deno.readDirSync(`${dir}/${folder}`)) {
        texts[`${folder}/${name}`] = await Deno.readTextFile(`${dir}/${folder}/${name}`);
      }
    }
  });
  assert.equal(Object.keys(texts).length, 5);
  for (const { name } of Deno.readDirSync(`${ROOT}grafana/dashboards`)) {
    texts[name] = await Deno.readTextFile(`${ROOT}grafana/dashboards/${name}`);
  }
  assertNone(secrets, texts);
});
