import assert from "node:assert/strict";
import { ddl } from "../../sinks/snowflake/ddl/mod.ts";
import { connectSnowflake } from "../../sinks/snowflake/driver/connect.ts";
import { INSERT_ROWS, type Topic } from "../../sinks/snowflake/statements.ts";
import { ACTIVITY_RECORDS, fullName } from "../../sinks/snowflake/tables.ts";
import {
  expectedRows,
  OTHER_DEVICE,
  OTHER_SESSION,
  QUOTED_DEVICE,
  RANGE,
  RAW_ROWS,
  type RawRow,
  type Rows,
  windowRows,
} from "./dashboard_rows.ts";
import { type Choice, PLUGINS, queriesOf } from "./grafana_queries.ts";
import type { LocalSnowflake } from "./local.ts";
import {
  NOT_ON_FAKESNOW,
  parseWithSqlglot,
  runOnFakesnow,
  secondOpinionTest,
  type Step,
} from "./second_opinion.ts";
import { snowflakeTest } from "./testing.ts";

/** Columns in order: a panel finds its values, colours and names by them. */
const MINUTES = { stationary: "number", walking: "number", running: "number", unknown: "number" };
const COLUMNS: Record<string, Record<string, string>> = {
  "Current activity": { activity: "string" },
  "Confidence": { confidence: "number" },
  "Average magnitude": { magnitude: "number" },
  "Data freshness": { "newest readings": "number", "last load": "number" },
  "Activity timeline": { time: "time", device: "string", activity: "string" },
  "Average magnitude over time": { time: "time", mean: "number", highest: "number" },
  "Distribution": MINUTES,
  "Minutes a day": { time: "time", ...MINUTES },
  "Minutes a day by device": { day: "string", device: "string", ...MINUTES },
  "Sessions": {
    time: "time",
    device: "string",
    session: "string",
    started: "time",
    ...MINUTES,
    magnitude: "number",
    windows: "number",
  },
  "Recent records": {
    time: "time",
    device: "string",
    session: "string",
    activity: "string",
    confidence: "number",
    magnitude: "number",
    cadence: "number",
  },
  "Ingest lag": { time: "time", mean: "number", longest: "number" },
  "Thresholds changed": { time: "time", text: "string" },
  "$device": { device: "string" },
  "$session": { session: "string" },
};

const WINDOWS = await windowRows();
const EVERYTHING: Choice = { ...RANGE, devices: null, sessions: null };

const TABLES = ddl({ publicKey: "MIIB", readerPublicKey: "MIIB" }).filter((sql) =>
  !NOT_ON_FAKESNOW.test(sql)
);

const insert = (topic: Topic, records: unknown[]): Step => ({
  sql: INSERT_ROWS[topic],
  binds: [topic, "log-1", topic, JSON.stringify(records.map((record, offset) => [0, offset, record]))],
});

/** As our sink writes them, and the raw ones without a time of loading as Kafka Connect does. */
const ROWS: Step[] = [
  insert("processed_activity", WINDOWS),
  ...RAW_ROWS.flatMap(rawSteps),
];

function rawSteps({ record, loadedAt }: RawRow): Step[] {
  const table = fullName(ACTIVITY_RECORDS);
  if (loadedAt === null) {
    return [{
      sql: `INSERT INTO ${table} (RECORD_CONTENT, LOADED_AT) SELECT PARSE_JSON(?), NULL`,
      binds: [JSON.stringify(record)],
    }];
  }
  return [insert("raw_sensor_data", [record]), {
    sql: `UPDATE ${table} SET LOADED_AT = TO_TIMESTAMP_NTZ(${loadedAt}, 3) WHERE MESSAGE_ID = ?`,
    binds: [record.messageId],
  }];
}

/** Answers of statements over the rows above. */
type Answer = { columns: string[]; rows: Rows };
type Ask = (queries: Map<string, string>) => Promise<Map<string, Answer>>;

async function askFakesnow(queries: Map<string, string>): Promise<Map<string, Answer>> {
  const steps = [
    ...TABLES.map((sql) => ({ sql })),
    ...ROWS,
    ...[...queries.values()].map((sql) => ({ sql })),
  ];
  const outcomes = (await runOnFakesnow(steps)).map((outcome, i) => {
    if ("error" in outcome) assert.fail(`${steps[i].sql}\n${outcome.error}`);
    return outcome;
  }).slice(-queries.size);
  return new Map([...queries.keys()].map((name, i) => [name, toAnswer(name, outcomes[i])]));
}

/** Times as ms, whatever comes without a zone being UTC. */
function toAnswer(name: string, { columns, rows }: { columns: string[]; rows: unknown[][] }): Answer {
  const times = columns.map((column) => COLUMNS[name]?.[column] === "time");
  return {
    columns,
    rows: rows.map((row) =>
      row.map((value, c) => {
        assert.ok(value === null || typeof value === "string" || typeof value === "number");
        return times[c] && typeof value === "string" ? Date.parse(`${value}Z`) : value;
      })
    ),
  };
}

/** gosnowflake hands integers with more digits over as text. */
const MAX_DIGITS = 18;
/** Slow machines included, ms. */
const DEADLINE_MS = 30_000;

/** As whoever looks at the dashboards: by the driver, as a user who may only read. */
async function askServer(
  snowflake: LocalSnowflake,
  queries: Map<string, string>,
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  const connection = await connectSnowflake({ ...snowflake.settings, ...snowflake.reader, passphrase: null });
  try {
    for (const [name, sql] of queries) {
      const columns = await snowflake.columns(sql);
      for (const { name: column, type, precision } of columns) {
        if (COLUMNS[name]?.[column] !== "number") continue;
        const isNumber = type === "REAL" || type === "FIXED" && precision !== null && precision <= MAX_DIGITS;
        assert.ok(isNumber, `${name}: ${column} is ${type}, ${precision} digits`);
      }
      const { rows } = await connection.execute(sql, [], DEADLINE_MS);
      const names = columns.map(({ name }) => name);
      answers.set(
        name,
        toAnswer(name, { columns: names, rows: rows.map((row) => names.map((n) => row[n])) }),
      );
    }
  } finally {
    await connection.close();
  }
  return answers;
}

/** Numbers as SQL engines add them up: in another order. */
const rounded = (rows: Rows): Rows =>
  rows.map((row) => row.map((value) => typeof value === "number" ? Number(value.toPrecision(12)) : value));

/** Compares every answer with what the panel needs. */
function judge(answers: Map<string, Answer>, expected: Map<string, Rows>): void {
  assert.deepEqual([...answers.keys()].toSorted(), Object.keys(COLUMNS).toSorted());
  for (const [name, { columns, rows }] of answers) {
    assert.deepEqual(columns, Object.keys(COLUMNS[name]), name);
    const types = Object.values(COLUMNS[name]).map((type) => type === "string" ? "string" : "number");
    for (const row of rows) {
      row.forEach((value, i) =>
        assert.ok(value === null || typeof value === types[i], `${name}: ${columns[i]}`)
      );
    }
    if (name !== "Data freshness") assert.deepEqual(rounded(rows), rounded(expected.get(name)!), name);
  }
}

/** Two ages of the newest row and load, s: their difference is known and so is, nearly, their size. */
function judgeFreshness({ rows: [[readings, load]] }: Answer, nowMs: number): void {
  const age = (atMs: number) => (nowMs - atMs) / 1000;
  const newest = Math.max(...RAW_ROWS.map(({ record }) => record.receivedAt));
  const loaded = Math.max(...RAW_ROWS.map(({ loadedAt }) => loadedAt ?? 0));
  assert.equal(Number(readings) - Number(load), (loaded - newest) / 1000);
  // The statement ran a little before or after the clock was read.
  assert.ok(Math.abs(Number(readings) - age(newest)) < 120);
}

/** Whoever executes them: tests get what asks it, with the rows above already there. */
const ENGINES: Record<string, (name: string, test: (ask: Ask) => Promise<void>) => void> = {
  "fakesnow": (name, test) => secondOpinionTest(name, () => test(askFakesnow)),
  "the strict server": (name, test) =>
    snowflakeTest(name, async (snowflake) => {
      for (const { sql, binds } of ROWS) await snowflake.query(sql, binds);
      await test((queries) => askServer(snowflake, queries));
    }),
};

function dashboardTest(name: (engine: string) => string, test: (ask: Ask) => Promise<void>): void {
  for (const [engine, register] of Object.entries(ENGINES)) register(name(engine), test);
}

for (const plugin of PLUGINS) {
  dashboardTest(
    (engine) => `${engine} gives every panel of the ${plugin} dashboard what it needs`,
    async (ask) => {
      const answers = await ask(await queriesOf(plugin, EVERYTHING));
      judge(answers, expectedRows(WINDOWS, RAW_ROWS));
      judgeFreshness(answers.get("Data freshness")!, Date.now());
    },
  );
}

const CHOSEN = WINDOWS.filter(({ deviceId }) => deviceId === QUOTED_DEVICE);
/** What was chosen, and what the lists offer meanwhile: the sessions of the chosen devices, and always every device. */
const CHOICES: Record<string, { choice: Partial<Choice>; sessions: string[] }> = {
  "devices that were chosen": {
    choice: { devices: [QUOTED_DEVICE, "nobody"] },
    sessions: [CHOSEN[0].sessionId],
  },
  "session that was chosen": {
    choice: { sessions: [CHOSEN[0].sessionId] },
    sessions: [OTHER_SESSION, CHOSEN[0].sessionId],
  },
};

for (const [what, { choice, sessions }] of Object.entries(CHOICES)) {
  dashboardTest((engine) => `${engine} gives each panel only the ${what}`, async (ask) => {
    const answers = await ask(await queriesOf("community", { ...EVERYTHING, ...choice }));
    const expected = expectedRows(CHOSEN, RAW_ROWS)
      .set("$device", [[OTHER_DEVICE], [QUOTED_DEVICE]])
      .set("$session", sessions.map((id) => [id]));
    judge(answers, expected);
  });
}

dashboardTest(
  (engine) => `${engine} finds nothing outside the time range, and no panel fails of it`,
  async (ask) => {
    const long = RANGE.toMs + 1000;
    const answers = await ask(
      await queriesOf("community", { ...EVERYTHING, fromMs: long, toMs: long + 1000 }),
    );
    for (const [name, { rows }] of answers) {
      assert.deepEqual(rows.flat().filter((value) => value !== null), [], name);
    }
  },
);

secondOpinionTest("sqlglot understands every statement of both dashboards", async () => {
  for (const plugin of PLUGINS) {
    const queries = await queriesOf(plugin, EVERYTHING);
    const problems = await parseWithSqlglot([...queries.values()]);
    assert.deepEqual(problems, problems.map(() => null));
  }
});

Deno.test("the rows have what the panels have to get right", () => {
  const activities = new Set(WINDOWS.map(({ activity }) => activity));
  assert.ok(activities.has("walking") && activities.has("running") && activities.has("stationary"));
  const timeline = expectedRows(WINDOWS, RAW_ROWS).get("Activity timeline")!;
  // A gap within a session, and the end of each of the two.
  assert.equal(timeline.filter(([, , activity]) => activity === null).length, 3);
  assert.equal(expectedRows(WINDOWS, RAW_ROWS).get("Minutes a day")!.length, 2);
});
