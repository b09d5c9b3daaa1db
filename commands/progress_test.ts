import assert from "node:assert/strict";
import { duration, Progress, type Terminal } from "./progress.ts";

function terminal(interactive: boolean, columns = 80): Terminal & { written: string[] } {
  const written: string[] = [];
  return { interactive, columns: () => columns, write: (text) => void written.push(text), written };
}

Deno.test("Progress redraws a terminal's line at most ten times a second", () => {
  const out = terminal(true);
  let now = 0;
  const progress = new Progress("work", 1000, out, () => now);
  for (let i = 0; i < 1000; i++) {
    progress.add(1);
    now += 1;
  }
  assert.equal(out.written.length, 10);
  progress.end();
  assert.ok(out.written.at(-2)!.startsWith(`\rwork  ${"█".repeat(24)} 100 %  1 s`));
  assert.equal(out.written.at(-1), "\n");
});

Deno.test("Progress tells how long the rest will take", () => {
  const out = terminal(false);
  let now = 0;
  const progress = new Progress("work", 4, out, () => now);
  now = 30_000;
  progress.add(1, "3 files");
  assert.deepEqual(out.written, ["work  25 %  1 min 30 s left  3 files\n"]);
});

Deno.test("Progress writes plain lines, one each five seconds, where there is no terminal", () => {
  const out = terminal(false);
  let now = 0;
  const progress = new Progress("work", 100, out, () => now);
  for (let i = 0; i < 100; i++) {
    progress.add(1);
    now += 100;
  }
  assert.equal(out.written.length, 2);
  assert.ok(out.written.every((line) => line.endsWith("\n") && !line.includes("\r")));
});

Deno.test("Progress never fills the terminal's width", () => {
  const out = terminal(true, 20);
  new Progress("a long label for a narrow terminal", 10, out, () => 0).add(1);
  assert.equal(out.written[0].replace("\r", "").replace("\x1b[K", "").length, 19);
});

Deno.test("Progress of no steps at all is complete", () => {
  const out = terminal(false);
  new Progress("work", 0, out, () => 0).end();
  assert.deepEqual(out.written, ["work  100 %  0 s\n"]);
});

Deno.test("duration() uses the two largest units", () => {
  assert.equal(duration(4400), "4 s");
  assert.equal(duration(200_000), "3 min 20 s");
  assert.equal(duration(7_500_000), "2 h 5 min");
});
