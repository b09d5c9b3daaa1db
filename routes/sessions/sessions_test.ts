import assert from "node:assert/strict";
import { createApp } from "../../web/app.ts";
import { FakeServices } from "../../web/testing/fake_services.ts";

const ASSETS = {
  files: new Map(),
  manifest: {
    boot: "/build/boot.js",
    islands: {
      SessionPage: "/b/s.js",
      SessionsImport: "/b/i.js",
      SessionsRow: "/b/r.js",
      SessionsToast: "/b/t.js",
    },
    imports: {},
  },
};

async function get(
  path: string,
  prepare: (services: FakeServices) => Promise<void> = () => Promise.resolve(),
) {
  const services = new FakeServices();
  await prepare(services);
  const response = await (await createApp(services, { assets: ASSETS })).request(path, {
    headers: { accept: "text/html" },
  });
  return { status: response.status, html: await response.text() };
}

const add = (parts: number, startMs = 1_767_225_600_000) => async ({ recorded }: FakeServices) => {
  for (let i = 0; i < parts; i++) {
    await recorded.add({
      deviceId: "nokia",
      sessionId: `s${i}`,
      startMs: startMs + i * 60_000,
      parts: [["walking", 9]],
    });
  }
};

Deno.test("without sessions there is only the import", async () => {
  const { status, html } = await get("/sessions");
  assert.equal(status, 200);
  assert.match(html, /No sessions yet/);
  assert.match(html, /\/b\/i\.js/);
  assert.doesNotMatch(html, /\/b\/[rs]\.js/);
});

for (
  const [what, query] of [
    ["a day that does not exist", "from=2026-02-30"],
    ["another activity", "activity=flying"],
    ["another parameter", "color=red"],
    ["a device id that none can have", `deviceId=${"x".repeat(129)}`],
    ["a cursor that is not ours", "cursor=nonsense"],
  ]
) {
  Deno.test(`the list refuses ${what}`, async () => {
    assert.equal((await get(`/sessions?${query}`, add(1))).status, 400);
  });
}

Deno.test("an empty field of the form is no condition", async () => {
  const { status, html } = await get("/sessions?q=&deviceId=&activity=&label=&from=&to=", add(2));
  assert.equal(status, 200);
  assert.match(html, /href="\/sessions\/s1\?deviceId=nokia"/);
  assert.doesNotMatch(html, />Clear</);
});

Deno.test("the next page keeps the conditions", async () => {
  const { html } = await get("/sessions?q=s&activity=walking", add(51));
  assert.match(html, /href="\/sessions\?q=s&amp;activity=walking&amp;cursor=[^"]+"/);
});

Deno.test("a session of several devices is found by its device", async () => {
  const { html } = await get("/sessions/s0?deviceId=other", add(1));
  assert.match(html, /There is no such session/);
  assert.equal((await get("/sessions/s0?deviceId=nokia", add(1))).status, 200);
});

Deno.test("a session's page refuses what is in view when that is no time", async () => {
  assert.equal((await get("/sessions/s0?from=soon&to=later", add(1))).status, 400);
});

Deno.test("a session that changes often begins with its first segments", async () => {
  const parts = Array.from({ length: 1200 }, (_, i) => [i % 2 ? "walking" : "running", 2] as const);
  const { html } = await get(
    "/sessions/s",
    ({ recorded }) => recorded.add({ deviceId: "nokia", sessionId: "s", startMs: 1_767_225_600_000, parts }),
  );
  assert.equal(html.match(/Zoom to/g)?.length, 200);
  assert.match(html, /The first 200 of 500: zoom in for the others/);
});

Deno.test("a session's page tells what became of its readings, where that is known", async () => {
  const counted = (counts: FakeServices["recorded"]["counts"]) => async (services: FakeServices) => {
    await add(1)(services);
    services.recorded.counts = counts;
  };
  const text = async (counts: FakeServices["recorded"]["counts"]) =>
    (await get("/sessions/s0", counted(counts))).html.replaceAll(/<[^>]+>/g, "|");
  const told = await text({ readings: 8800, late: 1200, duplicates: 3 });
  assert.match(
    told,
    /readings\|+10,003\|+came too late\|+1,200, 11\u00a0% of all\|+came twice\|+3, under 1\u00a0% of all/,
  );
  assert.match(
    await text({ readings: 9, late: 0, duplicates: 0 }),
    /came too late\|+none\|+came twice\|+none/,
  );
  assert.doesNotMatch(await text(null), /came too late/);
});

Deno.test("a session that began when the phone's clock was set back leads to the one before, if that is still there", async () => {
  const add = (...ids: string[]) => async ({ recorded }: FakeServices) => {
    const startMs = 1_767_225_600_000;
    for (const sessionId of ids) {
      await recorded.add({ deviceId: "nokia", sessionId, startMs, parts: [["walking", 9]] });
    }
  };
  const before = /was set back; until then <a href="\/sessions\/walk\?deviceId=nokia">walk<\/a>/;
  assert.match((await get("/sessions/walk~2", add("walk", "walk~2"))).html, before);
  assert.doesNotMatch((await get("/sessions/walk~2", add("walk~2"))).html, /was set back/);
});
