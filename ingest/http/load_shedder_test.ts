import assert from "node:assert/strict";
import { LoadShedder } from "./load_shedder.ts";

/** A server that answers so many requests in an interval of 100 ms, the oldest first. */
class FakeServer {
  nowMs = 0;
  readonly shedder = new LoadShedder(() => this.nowMs);
  readonly #waiting: number[] = [];
  admitted = 0;
  refused = 0;
  /** How long the requests answered last had waited, ms. */
  waitMs = 0;

  constructor() {
    // Time is the test's.
    this.shedder.close();
  }

  /** Lets time go on. */
  run(ms: number, load: { arrive: number; answer: number }): void {
    for (const until = this.nowMs + ms; this.nowMs < until;) {
      for (let i = 0; i < load.arrive; i++) {
        if (this.shedder.admit()) {
          this.admitted++;
          this.#waiting.push(this.shedder.enter());
        } else this.refused++;
      }
      this.nowMs += 100;
      for (const entered of this.#waiting.splice(0, load.answer)) {
        this.waitMs = this.nowMs - entered;
        this.shedder.leave(entered);
      }
      this.shedder.measure();
    }
  }
}

Deno.test("a server that keeps up refuses nobody", () => {
  const server = new FakeServer();
  server.run(60_000, { arrive: 500, answer: 600 });
  assert.equal(server.refused, 0);
});

Deno.test("a surge that is served within two seconds is not refused, however large", () => {
  const server = new FakeServer();
  server.run(5000, { arrive: 100, answer: 800 });
  server.run(100, { arrive: 15_000, answer: 800 });
  server.run(5000, { arrive: 100, answer: 800 });
  assert.equal(server.refused, 0);
});

Deno.test("under 1.5 times what it can do, it refuses about a third and answers the others in time", () => {
  const server = new FakeServer();
  server.run(10_000, { arrive: 500, answer: 800 });
  assert.ok(server.waitMs <= 100);
  server.run(10_000, { arrive: 1200, answer: 800 });
  Object.assign(server, { admitted: 0, refused: 0 });
  server.run(20_000, { arrive: 1200, answer: 800 });
  const share = server.refused / (server.refused + server.admitted);
  assert.ok(share > 0.3 && share < 0.37, `${share}`);
  assert.ok(server.waitMs <= 700, `${server.waitMs} ms`);
});

Deno.test("when the crowd has gone, everybody is admitted again within seconds", () => {
  const server = new FakeServer();
  server.run(20_000, { arrive: 1200, answer: 800 });
  assert.ok(server.refused > 0 && server.shedder.isOverloaded);
  server.run(4000, { arrive: 500, answer: 800 });
  assert.equal(server.shedder.isOverloaded, false);
  server.refused = 0;
  server.run(20_000, { arrive: 500, answer: 800 });
  assert.equal(server.refused, 0);
});

Deno.test("while nothing is answered only a few are admitted, and answers open the door again", () => {
  const server = new FakeServer();
  server.run(5000, { arrive: 500, answer: 800 });
  server.run(30_000, { arrive: 500, answer: 0 });
  server.admitted = 0;
  server.run(5000, { arrive: 500, answer: 0 });
  assert.ok(server.admitted <= 100, `${server.admitted} admitted`);
  server.run(10_000, { arrive: 500, answer: 2000 });
  Object.assign(server, { refused: 0 });
  server.run(10_000, { arrive: 500, answer: 800 });
  assert.equal(server.refused, 0);
});
