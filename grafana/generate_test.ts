import assert from "node:assert/strict";
import { ACTIVITIES } from "../log/records.ts";
import { COLOURS } from "./activities.ts";
import { dashboardFiles } from "./generate.ts";

const here = (path: string) => new URL(path, import.meta.url);

Deno.test("the committed files are what `deno task grafana` writes", async () => {
  const files = dashboardFiles();
  const committed = [];
  for await (const { name } of Deno.readDir(here("dashboards"))) committed.push(name);
  assert.deepEqual(committed.sort(), Object.keys(files).sort());
  for (const [name, content] of Object.entries(files)) {
    const text = await Deno.readTextFile(here(`dashboards/${name}`));
    assert.ok(text === content, `grafana/dashboards/${name} is not up to date: run deno task grafana`);
  }
});

Deno.test("every dashboard can be imported: no id, a uid of its own, numbered panels", () => {
  const dashboards = Object.values(dashboardFiles()).map((text) => JSON.parse(text));
  const uids = dashboards.map(({ uid }) => uid);
  assert.equal(new Set(uids).size, uids.length);
  for (const { id, uid, schemaVersion, panels } of dashboards) {
    assert.equal(id, null);
    // Grafana's limit of a uid.
    assert.ok(uid.length <= 40);
    assert.equal(schemaVersion, 42);
    assert.deepEqual(
      panels.map((panel: { id: number }) => panel.id),
      panels.map((_: unknown, n: number) => n + 1),
    );
  }
});

Deno.test("both Snowflake dashboards show the same: only the plugin and its way to ask differ", () => {
  const files = dashboardFiles();
  const common = (name: string) =>
    JSON.parse(files[name], (key, value) => {
      if (key === "uid" || key === "__requires" || key === "version") return undefined;
      if (value?.refId) return { sql: value.rawSql ?? value.queryText };
      return typeof value === "string"
        ? value.replace(/^(grafana|michelin)-snowflake-datasource$/, "")
        : value;
    });
  assert.deepEqual(common("activity-official.json"), common("activity-community.json"));
});

Deno.test("nothing renews a Snowflake dashboard by itself, and nobody can have it renewed more often than every 5 minutes", () => {
  const files = dashboardFiles();
  for (const name of ["activity-official.json", "activity-community.json"]) {
    const { refresh, timepicker } = JSON.parse(files[name]);
    assert.equal(refresh, "");
    assert.equal(timepicker.refresh_intervals[0], "5m");
  }
});

Deno.test("colours are those of the console on a dark page", async () => {
  const css = await Deno.readTextFile(here("../static/app.css"));
  for (const activity of ACTIVITIES) {
    const [, value] = RegExp(`--${activity}: (.+);`).exec(css) ?? [];
    const [, dark] = /^light-dark\(.+, (.+)\)$/.exec(value) ?? [null, value];
    assert.equal(COLOURS[activity], dark);
  }
});
