import assert from "node:assert/strict";
import { Conflict } from "../port.ts";
import type { ControlEvent } from "../records.ts";
import { Unavailable } from "../unavailable.ts";
import { Connection } from "./connection.ts";
import { ControlLog, type ControlTail, type ControlWriter } from "./control_log.ts";

const connection = new Connection({
  brokers: ["127.0.0.1:1"],
  ssl: false,
  sasl: null,
  topicPrefix: "",
  sessionTimeoutMs: 1000,
});

/** What a write comes to. */
type Outcome = "fine" | "undone" | "stored, but that was not learned";

/** The topic with its one writer at a time, for any number of processes. */
class FakeTopic {
  readonly events: ControlEvent[] = [];
  readonly transactions: number[] = [];
  readonly outcomes: Outcome[] = [];
  /** Called before a write reaches the topic. */
  meanwhile: (() => Promise<void>) | null = null;
  #epoch = 0;

  process(): ControlLog {
    const seen: ControlEvent[] = [];
    const tail: ControlTail = {
      catchUp: async () => {
        await Promise.resolve();
        seen.push(...this.events.slice(seen.length));
      },
      versionOf: (entity) => seen.findLast((event) => event.entity === entity)?.version ?? 0,
      holds: (event) => seen.some((each) => JSON.stringify(each) === JSON.stringify(event)),
    };
    return new ControlLog(
      connection,
      "activity_control",
      tail,
      () => Promise.resolve(this.#open()),
      () => Promise.resolve(),
    );
  }

  #open(): ControlWriter {
    const epoch = ++this.#epoch;
    return {
      write: async (events) => {
        const { meanwhile } = this;
        this.meanwhile = null;
        await meanwhile?.();
        if (epoch !== this.#epoch) throw new Error("fenced");
        const outcome = this.outcomes.shift() ?? "fine";
        if (outcome === "undone") throw new Error("undone");
        this.events.push(...events);
        this.transactions.push(events.length);
        if (outcome !== "fine") throw new Error("the answer was lost");
      },
      close: () => Promise.resolve(),
    };
  }
}

const event = (entity: string, version: number, by = "admin"): ControlEvent => ({
  entity,
  version,
  type: "renamed",
  atMs: 1_767_225_600_000,
  by,
  data: { name: by },
});

Deno.test("only the next version is stored, and what conflicts says which that is", async () => {
  const topic = new FakeTopic();
  const log = topic.process();
  await log.append(event("device:a", 1));
  await log.append(event("device:a", 2));
  for (const version of [0, 1, 2, 4]) {
    await assert.rejects(
      log.append(event("device:a", version)),
      (error) => error instanceof Conflict && /expected version 3/.test(error.message),
    );
  }
  assert.deepEqual(topic.events, [event("device:a", 1), event("device:a", 2)]);
});

Deno.test("events of one turn go in one transaction, each judged by itself", async () => {
  const topic = new FakeTopic();
  const log = topic.process();
  const appends = [event("a", 1), event("b", 2), event("a", 2), event("a", 2), event("c", 1)]
    .map((each) => log.append(each));
  const results = await Promise.allSettled(appends);
  assert.deepEqual(results.map(({ status }) => status === "fulfilled"), [true, false, true, false, true]);
  assert.deepEqual(topic.transactions, [3]);
});

Deno.test("an event that is appended when the one before has failed is not forgotten", async () => {
  const log = new FakeTopic().process();
  await assert.rejects(log.append(event("a", 9)), Conflict);
  await log.append(event("a", 1));
});

Deno.test("of two processes that make the same version, one has a conflict", async () => {
  const topic = new FakeTopic();
  const [here, there] = [topic.process(), topic.process()];
  topic.meanwhile = () => there.append(event("a", 1, "there"));
  await assert.rejects(here.append(event("a", 1, "here")), Conflict);
  assert.deepEqual(topic.events, [event("a", 1, "there")]);
});

Deno.test("a writer that was shut out by another entity's change tries again", async () => {
  const topic = new FakeTopic();
  const [here, there] = [topic.process(), topic.process()];
  topic.meanwhile = () => there.append(event("b", 1));
  await here.append(event("a", 1));
  assert.deepEqual(topic.events.map(({ entity }) => entity), ["b", "a"]);
});

Deno.test("a change that was undone is made again; one that was stored without our knowing is not", async () => {
  const topic = new FakeTopic();
  const log = topic.process();
  topic.outcomes.push("undone", "stored, but that was not learned");
  await log.append(event("a", 1));
  await log.append(event("a", 2));
  assert.deepEqual(topic.events, [event("a", 1), event("a", 2)]);
});

Deno.test("after the outcome of a commit was not learned, another one's event is still a conflict", async () => {
  const topic = new FakeTopic();
  const log = topic.process();
  topic.outcomes.push("undone");
  topic.meanwhile = () => {
    topic.events.push(event("a", 1, "somebody else"));
    return Promise.resolve();
  };
  await assert.rejects(log.append(event("a", 1)), Conflict);
});

Deno.test("when nothing can be written, the change is refused with what is known of it", async () => {
  const topic = new FakeTopic();
  const log = topic.process();
  topic.outcomes.push(...Array<Outcome>(100).fill("undone"));
  await assert.rejects(
    log.append(event("a", 1)),
    (error) => error instanceof Unavailable && /activity_control.*may be stored or not/.test(error.detail),
  );
  assert.deepEqual(topic.events, []);
});

Deno.test("closing finishes what is being written and takes nothing more", async () => {
  const topic = new FakeTopic();
  const log = topic.process();
  const appended = log.append(event("a", 1));
  await log.close();
  await appended;
  await assert.rejects(log.append(event("a", 2)), Unavailable);
});
