import assert from "node:assert/strict";
import type { ActivityRecord } from "../log/records.ts";
import { activityCsv, wantsCsv } from "./activity_csv.ts";
import { HttpProblem } from "./problem.ts";
import type { ActivityFilter, Page } from "./services.ts";
import { fakeRecord, FakeServices } from "./testing/fake_services.ts";

const END_MS = 1_767_225_605_000;
const HEADER =
  "messageId,sessionId,deviceId,timestamp,time,activity,confidence,magnitude,magnitudeStd,cadenceHz,readings," +
  "coverage,windowStart,windowMs,gravityRemoved,thresholdsVersion\r\n";

/** A store that answers with these pages in turn and notes what it was asked. */
function storeOf(...pages: ActivityRecord[][]) {
  const asked: ActivityFilter[] = [];
  const activity = (filter: ActivityFilter): Promise<Page<ActivityRecord>> => {
    asked.push(filter);
    const n = Number(filter.cursor ?? 0);
    return Promise.resolve({ items: pages[n], nextCursor: n + 1 < pages.length ? String(n + 1) : null });
  };
  return { asked, store: { ...new FakeServices().store, activity } };
}

async function csvOf(...records: ActivityRecord[]): Promise<string> {
  return await (await activityCsv(storeOf(records).store, { limit: 1 })).text();
}

Deno.test("a window is a line with its figures, the time also for people", async () => {
  assert.equal(
    await csvOf(fakeRecord("phone-1", END_MS, "walking"), fakeRecord("phone-1", END_MS, "unknown")),
    HEADER +
      `phone-1-session:${END_MS},phone-1-session,phone-1,${END_MS},2026-01-01T00:00:05.000Z,walking,0.97,2.8,1,1.9,250,1,` +
      `${END_MS - 5000},5000,true,1\r\n` +
      `phone-1-session:${END_MS},phone-1-session,phone-1,${END_MS},2026-01-01T00:00:05.000Z,unknown,0,0,1,,250,1,` +
      `${END_MS - 5000},5000,true,1\r\n`,
  );
});

for (
  const [deviceId, field] of [
    ['say "hi"', '"say ""hi"""'],
    ["a,b", '"a,b"'],
    ["=1+2", "'=1+2"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@sum", "'@sum"],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ["a=1", "a=1"],
    ["naïve 🏃", "naïve 🏃"],
  ]
) {
  Deno.test(`the device id ${deviceId} is written as ${field}: no cell is a formula, none ends early`, async () => {
    const line =
      (await csvOf(fakeRecord(deviceId, END_MS, "walking", { sessionId: "s", messageId: "m" }))).split(
        "\r\n",
      )[1];
    assert.ok(line.startsWith(`m,s,${field},${END_MS},`), line);
  });
}

Deno.test("pages are asked for as the client reads, and empty ones are passed over", async () => {
  const record = fakeRecord("phone-1", END_MS, "walking");
  const pages = Array.from({ length: 50 }, (_, i) => i % 3 === 1 ? [] : [record]);
  const { asked, store } = storeOf(...pages);
  const filter = { deviceId: "phone-1", order: "desc" as const, limit: 7 };
  const response = await activityCsv(store, filter);
  const body = response.body!.pipeThrough(new TextDecoderStream());
  const reader = body.getReader();
  let text = (await reader.read()).value!;
  assert.ok(asked.length < 10, `${asked.length} pages asked for one read`);
  reader.releaseLock();
  for await (const lines of body) text += lines;
  assert.equal(text.split("\r\n").length - 2, pages.flat().length, "a header and a line a window");
  assert.deepEqual(asked.map(({ cursor }) => cursor), pages.map((_, i) => i === 0 ? undefined : String(i)));
  for (const { deviceId, order, limit } of asked) {
    assert.deepEqual([deviceId, order, limit], ["phone-1", "desc", 2000]);
  }
});

Deno.test("a client that stops reading stops the asking", async () => {
  const { asked, store } = storeOf(...Array.from({ length: 50 }, () => [fakeRecord("a", END_MS, "walking")]));
  const response = await activityCsv(store, { limit: 1 });
  await response.body!.cancel();
  assert.ok(asked.length < 10);
});

Deno.test("without windows there is the header alone", async () => {
  assert.equal(await csvOf(), HEADER);
});

Deno.test("the file is named after the session, whatever its id holds", async () => {
  const { headers } = await activityCsv(storeOf([]).store, { sessionId: '../a "b"\n.run', limit: 1 });
  assert.equal(headers.get("content-disposition"), 'attachment; filename=".._a__b__.run.csv"');
  assert.match(headers.get("content-type")!, /^text\/csv; charset=utf-8/);
});

Deno.test("a wrong cursor is a 400 and not half a file", async () => {
  const store = {
    ...new FakeServices().store,
    activity: () => Promise.reject(new RangeError("cursor is bad")),
  };
  await assert.rejects(
    activityCsv(store, { limit: 1, cursor: "x" }),
    (error) => error instanceof HttpProblem && error.status === 400,
  );
});

Deno.test("wantsCsv() is true when the Accept header names it", () => {
  const asks = (headers: Record<string, string>) => wantsCsv(new Request("http://localhost/", { headers }));
  assert.ok(asks({ accept: "text/csv, */*;q=0.1" }));
  assert.equal(asks({ accept: "application/json" }), false);
  assert.equal(asks({}), false);
});
