/**
 * What of the Docker files can be checked without Docker: that they agree with the code, and with each other.
 */
import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { parse } from "yaml";
import { loadSettings, SETTING_NAMES } from "../config.ts";
import { type ActivityRecord, TOPICS } from "../log/records.ts";

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string | null>;
  env_file?: string;
  ports?: string[];
  healthcheck?: { test: string[] };
  secrets?: string[];
}

interface Connector {
  name: string;
  config: Record<string, string>;
}

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

const compose: { services: Record<string, Service>; secrets: Record<string, { file: string }> } = parse(
  read("docker-compose.yml"),
  { merge: true },
);
const { services } = compose;
const dockerfiles = ["Dockerfile", "connect/Dockerfile"].map(read);
const connectors: Connector[] = ["raw", "processed"].map((name) =>
  JSON.parse(read(`connect/v3/${name}.json`))
);

/** The record other programs read; a field that is added to it has to be added here, and then to the connector. */
const RECORD: ActivityRecord = {
  messageId: "run-1:1767225605000",
  sessionId: "run-1",
  deviceId: "phone-1",
  timestamp: 1767225605000,
  magnitude: 2.5,
  activity: "walking",
  windowStart: 1767225600000,
  windowMs: 5000,
  magnitudeStd: 1,
  cadenceHz: 1.8,
  readings: 250,
  coverage: 1,
  confidence: 0.9,
  gravityRemoved: true,
  thresholdsVersion: 1,
};

/** Flags of a command between `deno run` and the program, without quotes, in alphabetical order. */
function flagsOf(command: string[]): string[] {
  return command.map((word) => word.replaceAll("'", "")).filter((word) => word.startsWith("--")).sort();
}

function entrypoint(dockerfile: string): string[] {
  const text = dockerfile.replaceAll("\\\n", "").match(/^ENTRYPOINT (\[.*\])$/m)?.[1];
  assert(text, "the Dockerfile has an ENTRYPOINT in JSON");
  return JSON.parse(text);
}

/** Turns `# NAME=value` of an example into a setting. */
const uncomment = (example: string) => parseEnv(example.replaceAll(/^# (?=[A-Z_]+=)/gm, ""));

/** The forms of Compose's interpolation that our file has: a value or a default, and text where a value is set. */
function interpolate(text: string, shell: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+):([-+])([^}]*)\}/g, (_, name: string, form: string, other: string) => {
    const value = shell[name] ?? "";
    return form === "-" ? value || other : value && other;
  });
}

/** The environment of a container: null stands for the shell's value, if there is one. */
function inContainer(environment: Record<string, string | null>, shell: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value === null ? shell[name] : interpolate(value, shell),
    ]),
  );
}

const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

Deno.test("the image runs with the permissions of the start task, and writes to /data alone", () => {
  const task: string = JSON.parse(read("deno.json")).tasks.start.command;
  const expected = flagsOf(task.split(" ")).map((flag) =>
    flag === "--allow-write" ? "--allow-write=/data" : flag
  );
  const isOfImages = (flag: string) => flag === "--cached-only" || flag === "--frozen";
  assert.deepEqual(flagsOf(entrypoint(dockerfiles[0])).filter((flag) => !isOfImages(flag)), expected);
});

Deno.test("the image has the Deno version that CI tests with", () => {
  const version = read(".ci/run").match(/^DENO_VERSION=(\S+)$/m)?.[1];
  const bases = [...dockerfiles[0].matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  assert.deepEqual(new Set(bases), new Set([`denoland/deno:${version}`]));
});

Deno.test("the image's process is not root", () => {
  assert.match(dockerfiles[0], /^USER deno$/m);
});

Deno.test("every image that is not built here is pinned to a version", () => {
  const pulled = Object.values(services).filter(({ build }) => !build).map(({ image }) => image!);
  const bases = dockerfiles.flatMap((text) => [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base));
  for (const image of [...pulled, ...bases]) assert.match(image, /:\d+\.\d+\.\d+/, image);
});

Deno.test("every setting compose gives the server is one, and what it fixes is accepted", () => {
  for (const name of ["app", "stream"]) {
    const environment = services[name].environment!;
    for (const setting of Object.keys(environment)) {
      assert((SETTING_NAMES as string[]).includes(setting), `${name}: ${setting}`);
    }
    const { kafka, snowflake } = loadSettings(inContainer(environment, {}));
    assert.deepEqual([kafka?.brokers, snowflake], [["kafka:9092"], null], name);
  }
});

Deno.test("app is given every Snowflake setting, with the path of the key in the container; stream none", () => {
  const shell = {
    SNOWFLAKE_ACCOUNT: "MYORG-MYACCOUNT",
    SNOWFLAKE_PRIVATE_KEY_PATH: "./keys/rsa_key.p8",
    SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: "hunter2",
  };
  const { app, stream } = services;
  const expected = { ...loadSettings(shell).snowflake, privateKeyPath: "/run/secrets/loader_key" };
  assert.deepEqual(loadSettings(inContainer(app.environment!, shell)).snowflake, expected);
  const isSnowflake = (name: string) => name.startsWith("SNOWFLAKE_");
  assert.deepEqual(
    Object.keys(app.environment!).filter(isSnowflake).sort(),
    (SETTING_NAMES as string[]).filter(isSnowflake).sort(),
  );
  assert.deepEqual(Object.keys(stream.environment!).filter(isSnowflake), []);
  assert.deepEqual([app.secrets, stream.secrets], [["loader_key"], undefined]);
  const { file } = compose.secrets.loader_key;
  assert.equal(interpolate(file, shell), shell.SNOWFLAKE_PRIVATE_KEY_PATH);
  assert.equal(interpolate(file, {}), "/dev/null");
});

Deno.test(".env.example names every setting, and all of it is accepted", () => {
  const example = uncomment(read(".env.example"));
  assert.deepEqual(Object.keys(example).sort(), [...SETTING_NAMES].sort());
  assert.equal(loadSettings({}, example).kafka?.ssl, true);
});

Deno.test("without HOST in the environment nothing is published beyond this machine", () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  assert(ports.length > 0);
  for (const port of ports) assert.match(port, /^(127\.0\.0\.1|\$\{HOST:-127\.0\.0\.1\}):/);
});

Deno.test("the port that is published is the one the image listens on", () => {
  const [, port] = /^ENV .*\bPORT=(\d+)/m.exec(dockerfiles[0])!;
  assert.deepEqual(services.app.ports, [`\${HOST:-127.0.0.1}:\${PORT:-8000}:${port}`]);
  assert.equal("PORT" in services.app.environment!, false);
});

Deno.test("no file holds a secret", () => {
  for (const { name, config } of connectors) {
    for (
      const setting of ["snowflake.private.key", "snowflake.private.key.passphrase", "snowflake.user.name"]
    ) {
      assert.match(config[setting], /^\$\{(env|directory):[^}]+\}$/, `${name}: ${setting}`);
    }
  }
  for (const [name, { environment }] of Object.entries(services)) {
    for (const [setting, value] of Object.entries(environment ?? {})) {
      if (!/PASSWORD|SECRET|TOKEN|PRIVATE_KEY|PASSPHRASE/.test(setting)) continue;
      const isPath = setting.endsWith("_PATH") && value?.includes("/run/secrets/");
      assert(value === null || isPath, `${name}: ${setting}`);
    }
  }
  for (const path of ["connect/connect.env.example", "grafana/grafana.env.example"]) {
    for (const [setting, value] of Object.entries(parseEnv(read(path)))) {
      if (/PASSWORD|PRIVATE_KEY|PASSPHRASE/.test(setting)) assert.equal(value, "", `${path}: ${setting}`);
    }
  }
});

Deno.test("the environment files of connect and grafana have every name that is read from them, and no other", () => {
  const namesIn = (text: string, pattern: RegExp) =>
    new Set([...text.matchAll(pattern)].map(([, name]) => name));
  const keysOf = (path: string) => new Set(Object.keys(parseEnv(read(path))));
  const inConnectors = namesIn(JSON.stringify(connectors), /\$\{env:(\w+)\}/g);
  assert.deepEqual(inConnectors, keysOf("connect/connect.env.example"));
  const inDataSource = namesIn(read("grafana/provisioning/datasources/snowflake.yml"), /\$\{(\w+)\}/g);
  // Grafana itself reads this one.
  inDataSource.add("GF_SECURITY_ADMIN_PASSWORD");
  assert.deepEqual(inDataSource, keysOf("grafana/grafana.env.example"));
});

Deno.test("a copy of an example file is ignored by git and by Docker", () => {
  const ignored = read(".gitignore").split("\n");
  for (const { env_file } of Object.values(services)) if (env_file) assert(ignored.includes(`/${env_file}`));
  const lines = read(".dockerignore").split("\n");
  assert(lines.includes("*"), "the image gets only what is named");
  for (const path of [".env", "connect", "grafana", "data"]) assert(!lines.includes(`!${path}`), path);
});

Deno.test("the connectors read our topics, the results only once committed, and set aside what they cannot load", () => {
  assert.deepEqual(connectors.map(({ config }) => config.topics), TOPICS.slice(0, 2));
  for (const { config } of connectors) {
    assert.equal(config["consumer.override.isolation.level"], "read_committed");
    const deadLetters = config["errors.deadletterqueue.topic.name"];
    assert.equal(deadLetters, `${config.topics}.snowflake.dlq`);
    assert(config["snowflake.topic2table.map"].startsWith(`${config.topics}:`));
  }
});

Deno.test("every field of a processed record has a column", () => {
  const renames = connectors[1].config["transforms.columns.renames"].split(",");
  assert.deepEqual(renames.sort(), Object.keys(RECORD).map((field) => `${field}:${snakeCase(field)}`).sort());
});
