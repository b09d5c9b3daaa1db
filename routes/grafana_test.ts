import assert from "node:assert/strict";
import { createApp } from "../web/app.ts";
import { NO_ASSETS } from "../web/assets.ts";
import { FakeServices } from "../web/testing/fake_services.ts";
import * as file from "./grafana/[file].ts";

const app = await createApp(new FakeServices(), {
  assets: NO_ASSETS,
  routes: [{ file: "grafana/[file].ts", module: file }],
});

Deno.test("each dashboard is a download that says where it is from", async () => {
  const committed: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../grafana/dashboards/", import.meta.url))) {
    committed.push(name);
  }
  assert.deepEqual(file.DASHBOARDS.toSorted(), committed.toSorted());
  const names = [];
  for (const name of committed) {
    const response = await app.request(`/grafana/${name}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    names.push(response.headers.get("content-disposition"));
    assert.equal((await response.json()).schemaVersion, 42);
  }
  assert.deepEqual(
    names.toSorted(),
    ["community", "official", "operations"].map((name) =>
      `attachment; filename="activity-tracker-grafana-${name}.json"`
    ),
  );
});

Deno.test("any other name is not found, also one that would leave the folder", async () => {
  for (const name of ["nothing.json", "..%2Fdeno.json", "%2E%2E%2Fgrafana.env"]) {
    const response = await app.request(`/grafana/${name}`);
    assert.equal(response.status, 404);
    assert.match((await response.json()).detail, /expected one of activity-official\.json/);
  }
});

Deno.test("dashboards are only for the machine itself, as every page", async () => {
  const response = await app.request("/grafana/operations.json", {}, { remoteAddr: "192.168.1.7" });
  assert.equal(response.status, 403);
});
