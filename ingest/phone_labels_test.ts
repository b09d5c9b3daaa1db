import assert from "node:assert/strict";
import { Unavailable } from "../log/unavailable.ts";
import { MAX_SESSION_LABELS, type PhoneLabel, PhoneLabels } from "./phone_labels.ts";

const T_MS = 1_767_225_600_000;
const entry = (name: string, atS: number, values: unknown) => ({
  name,
  time: (T_MS + atS * 1000) * 1e6,
  values,
});
const activity = (atS: number, activity: string) => entry("activity", atS, { activity, confidence: "high" });
const annotation = (atS: number, text: string) => entry("annotation", atS, { text });

function setup() {
  const written: [string, PhoneLabel][] = [];
  const session = { live: true, endedAt: null as number | null, labels: [] as PhoneLabelLike[] };
  const fakes = { known: true, fault: null as Error | null };
  const labels = new PhoneLabels({
    sessions: {
      label({ deviceId, sessionId }, label, by) {
        if (fakes.fault) return Promise.reject(fakes.fault);
        written.push([`${deviceId}/${sessionId} by ${by}`, label]);
        return Promise.resolve();
      },
    },
    store: { session: () => Promise.resolve(fakes.known ? session : null) },
  });
  const hear = (...entries: unknown[]) => labels.hear("d", "s", entries);
  const spans = () =>
    written.map(([, { from, to, activity }]) => [(from - T_MS) / 1000, (to - T_MS) / 1000, activity]);
  return { labels, hear, written, spans, session, fakes };
}
type PhoneLabelLike = { from: number; to: number; source: string };

Deno.test("a span is written once it has ended, as the phone's", async () => {
  const { labels, hear, written } = setup();
  hear(entry("accelerometer", 0, { x: 0, y: 0, z: 0 }), activity(0, "walking"), null, 7);
  await labels.tick();
  assert.deepEqual(written, []);
  hear(activity(60, "running"));
  await labels.tick();
  assert.deepEqual(written, [["d/s by phone", {
    from: T_MS,
    to: T_MS + 60_000,
    activity: "walking",
    source: "phone",
  }]]);
});

Deno.test("the last span is written when the session has ended, up to its last window", async () => {
  const { labels, hear, spans, session } = setup();
  hear(activity(0, "stationary"));
  await labels.tick();
  Object.assign(session, { live: false, endedAt: T_MS + 300_000 });
  await labels.tick();
  await labels.tick();
  assert.deepEqual(spans(), [[0, 300, "stationary"]]);
});

Deno.test("what people have labelled, or annotate while they record, is left as they said", async () => {
  const { labels, hear, spans, session } = setup();
  session.labels = [{ from: T_MS, to: T_MS + 50_000, source: "person" }];
  hear(
    activity(0, "walking"),
    annotation(100, "running"),
    annotation(160, "stop"),
    activity(300, "stationary"),
  );
  await labels.tick();
  assert.deepEqual(spans(), [[100, 160, "running"], [50, 100, "walking"], [160, 300, "walking"]]);
});

Deno.test("while the log takes none, spans wait", async () => {
  const { labels, hear, spans, fakes } = setup();
  fakes.fault = new Unavailable("the disk is full", 5);
  hear(activity(0, "walking"), activity(60, "running"));
  await labels.tick();
  fakes.fault = null;
  await labels.tick();
  assert.deepEqual(spans(), [[0, 60, "walking"]]);
});

Deno.test("a session that the pages do not know yet is waited for, but not for ever", async () => {
  const { labels, hear, spans, fakes } = setup();
  fakes.known = false;
  hear(activity(0, "walking"), activity(60, "running"));
  await labels.tick();
  fakes.known = true;
  await labels.tick();
  assert.deepEqual(spans(), [[0, 60, "walking"]]);
  fakes.known = false;
  hear(activity(120, "walking"));
  for (let tick = 0; tick < 30; tick++) await labels.tick();
  fakes.known = true;
  await labels.tick();
  assert.equal(spans().length, 1);
});

Deno.test("a phone that changes its mind all day fills the history only so far", async () => {
  const { labels, hear, written } = setup();
  for (let minute = 0; minute < 1440; minute++) {
    hear(activity(60 * minute, minute % 2 === 0 ? "walking" : "running"));
    await labels.tick();
  }
  assert.equal(written.length, MAX_SESSION_LABELS);
});
