import assert from "node:assert/strict";
import fc from "fast-check";
import { MIN_SPAN_MS, noteOf, SpanTrack, without } from "./phone_notes.ts";

const T_MS = 1_767_225_600_000;
const T_NS = T_MS * 1e6;

Deno.test("an annotation is a note when its text is a word for an activity, in whichever case", () => {
  const of = (text: unknown) => noteOf("annotation", T_NS, { text, millisecond_press_duration: 90 });
  assert.deepEqual(of(" Walking "), { tMs: T_MS, kind: "annotation", activity: "walking" });
  assert.equal(of("jog")?.activity, "running");
  assert.equal(of("stop")?.activity, null);
  for (const remark of ["pothole", "", 7, undefined, "x".repeat(10_000)]) assert.equal(of(remark), null);
});

Deno.test("the phone's activity is a note of what we tell apart, and of nothing when the phone is not sure", () => {
  const of = (activity: unknown, confidence: unknown = "high") =>
    noteOf("activity", String(T_NS), { activity, confidence });
  assert.deepEqual(of("running"), { tMs: T_MS, kind: "activity", activity: "running" });
  for (const other of ["cycling", "automotive", "unknown"]) assert.equal(of(other)!.activity, null);
  assert.equal(of("walking", "low")!.activity, null);
  assert.equal(of("walking", undefined)!.activity, "walking");
  for (const nothing of ["tilting", "flying", 3, null]) assert.equal(of(nothing), null);
});

Deno.test("a note without a time or values is none", () => {
  assert.equal(noteOf("activity", "yesterday", { activity: "walking" }), null);
  assert.equal(noteOf("activity", T_NS, null), null);
  assert.equal(noteOf("annotation", T_NS, "walking"), null);
});

Deno.test("a span lasts from the first note of an activity until another one", () => {
  const track = new SpanTrack();
  assert.equal(track.note(0, "walking"), null);
  assert.equal(track.note(40_000, "walking"), null);
  assert.equal(track.note(30_000, "running"), null, "out of order");
  assert.deepEqual(track.note(60_000, "running"), { from: 0, to: 60_000, activity: "walking" });
  assert.equal(track.note(60_000 + MIN_SPAN_MS - 1, null), null, "too short");
  assert.equal(track.end(1e6), null);
});

Deno.test("the end of the recording ends the last span, once", () => {
  const track = new SpanTrack();
  track.note(0, "stationary");
  assert.deepEqual(track.end(MIN_SPAN_MS), { from: 0, to: MIN_SPAN_MS, activity: "stationary" });
  assert.equal(track.end(1e6), null);
});

Deno.test("what others cover of a span is taken out of it", () => {
  const span = { from: 0, to: 200_000, activity: "walking" as const };
  assert.deepEqual(without(span, [{ from: 50_000, to: 60_000 }, { from: 190_000, to: 300_000 }]), [
    { ...span, to: 50_000 },
    { ...span, from: 60_000, to: 190_000 },
  ]);
  assert.deepEqual(without(span, [{ from: -1, to: 200_000 }]), []);
  assert.deepEqual(without(span, [{ from: 200_000, to: 300_000 }]), [span]);
});

Deno.test("whatever notes come, the spans of a track are in order, apart, and long enough", () => {
  const activity = fc.constantFrom("stationary" as const, "walking" as const, "running" as const, null);
  const notes = fc.array(fc.tuple(fc.integer({ min: 0, max: 1e6 }), activity));
  fc.assert(fc.property(notes, (list) => {
    const track = new SpanTrack();
    const spans = [...list.map(([tMs, activity]) => track.note(tMs, activity)), track.end(2e6)]
      .filter((span) => span !== null);
    return spans.every((span, i) =>
      span.to - span.from >= MIN_SPAN_MS && (i === 0 || spans[i - 1].to <= span.from)
    );
  }));
});
