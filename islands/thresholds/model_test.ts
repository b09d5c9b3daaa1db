import assert from "node:assert/strict";
import { DEFAULT_THRESHOLDS, valuesOf } from "../../stream/thresholds.ts";
import { fakeThresholds } from "../../web/testing/fake_tuning.ts";
import type { ThresholdsState } from "../../web/services.ts";
import { SendError } from "../send.ts";
import { TuningModel } from "./model.ts";

const VALUES = valuesOf(DEFAULT_THRESHOLDS);
const OWN = { ...VALUES, walkingMs2: 1.7 };
const STATE: ThresholdsState = {
  version: 3,
  values: VALUES,
  overrides: [{ deviceId: "ben", values: OWN, version: 2 }],
};

interface Asked {
  path: string;
  ifMatch: string | null;
  body: unknown;
}

/** Answers in place of the server while `run` runs. */
async function serving(answers: [status: number, body: unknown][], run: (asked: Asked[]) => Promise<void>) {
  const real = globalThis.fetch, asked: Asked[] = [];
  globalThis.fetch = ((path: string, { body, headers }: RequestInit) => {
    asked.push({ path, ifMatch: new Headers(headers).get("if-match"), body: JSON.parse(String(body)) });
    const [status, answer] = answers.shift()!;
    return Promise.resolve(Response.json(answer, { status }));
  }) as typeof fetch;
  try {
    await run(asked);
    assert.equal(answers.length, 0, "all answers were asked for");
  } finally {
    globalThis.fetch = real;
  }
}

const modelOf = (deviceId: string | null = null) => new TuningModel(STATE, { deviceId, sessions: null });

Deno.test("handles keep so far apart that the values stay in order, whatever the fields say", () => {
  const model = modelOf();
  assert.deepEqual(model.bounds("walkingMs2"), { min: 0.1, max: 8.2 });
  assert.deepEqual(model.bounds("runningMs2"), { min: 2.2, max: 40 });
  model.moveTo("runningMs2", 0);
  assert.deepEqual([model.draft.value.runningMs2, model.faults.value], ["2.2", {}]);
  model.moveTo("walkingMs2", 1);
  assert.deepEqual([model.draft.value.walkingMs2, model.faults.value], ["1.9", {}]);
  model.set("walkingMs2", "x");
  model.set("hysteresisMs2", "");
  assert.deepEqual(model.bounds("runningMs2"), { min: 0.1, max: 40 });
});

Deno.test("another device brings its own values, unless someone is at others", () => {
  const model = modelOf();
  model.setDevice("ben");
  assert.deepEqual([model.draft.value.walkingMs2, model.isChanged.value], ["1.7", false]);
  model.set("walkingMs2", "3");
  model.setDevice(null);
  assert.deepEqual([model.draft.value.walkingMs2, model.isChanged.value], ["3", true]);
});

Deno.test("only what can be sent is tried", () => {
  const model = modelOf("ben");
  assert.deepEqual(model.trial.value, { deviceId: "ben", sessions: null, values: OWN });
  model.set("runningMs2", "1");
  assert.equal(model.trial.value, null);
});

Deno.test("a change is saved over the version it was made from, and its values are in force", async () => {
  const model = modelOf();
  model.set("walkingMs2", "2.5");
  const values = { ...VALUES, walkingMs2: 2.5 };
  const change = { deviceId: null, values, message: "calmer" };
  await serving([[200, { ...STATE, version: 4, values }]], async (asked) => {
    assert.equal(await model.save(change), true);
    assert.deepEqual(asked, [{ path: "/api/thresholds", ifMatch: '"v3"', body: change }]);
  });
  assert.deepEqual([model.state.value.version, model.isChanged.value], [4, false]);
});

Deno.test("who was too late sees theirs, and may save on top of it, however often that happens", async () => {
  const model = modelOf();
  model.set("walkingMs2", "2.5");
  const mine = { deviceId: null, values: { ...VALUES, walkingMs2: 2.5 }, message: "calmer" };
  const theirs = (version: number) => ({ ...STATE, version, values: { ...VALUES, runningMs2: version } });
  const refused = (
    version: number,
  ): [number, unknown] => [412, { detail: "changed", current: theirs(version) }];
  await serving(
    [refused(7), refused(8), [200, { ...STATE, version: 9, values: mine.values }]],
    async (asked) => {
      assert.equal(await model.save(mine), false);
      assert.deepEqual(model.conflict.value, { change: mine, base: STATE, theirs: theirs(7) });
      assert.equal(await model.saveOnTop(), false);
      assert.deepEqual(model.conflict.value, { change: mine, base: STATE, theirs: theirs(8) });
      assert.equal(model.draft.value.walkingMs2, "2.5");
      assert.equal(await model.saveOnTop(), true);
      assert.deepEqual(asked.map(({ ifMatch }) => ifMatch), ['"v3"', '"v7"', '"v8"']);
    },
  );
  assert.deepEqual([model.conflict.value, model.state.value.version], [null, 9]);
});

Deno.test("taking theirs puts it into the fields", async () => {
  const model = modelOf();
  model.set("walkingMs2", "2.5");
  const current = { ...STATE, version: 7, values: { ...VALUES, runningMs2: 9 } };
  await serving([[412, { detail: "changed", current }]], async () => {
    await model.save({ deviceId: null, values: VALUES, message: "x" });
  });
  model.takeTheirs();
  const { walkingMs2, runningMs2 } = model.draft.value;
  assert.deepEqual([walkingMs2, runningMs2, model.isChanged.value, model.conflict.value], [
    "1.9",
    "9",
    false,
    null,
  ]);
});

Deno.test("what the server finds wrong is at its field until it is changed", async () => {
  const model = modelOf();
  model.set("runningMs2", "500");
  const problem = {
    detail: "wrong",
    errors: [{ pointer: "/values/runningMs2", detail: "expected at most 400" }],
  };
  await serving([[422, problem]], async () => {
    await assert.rejects(model.save({ deviceId: null, values: VALUES, message: "x" }), SendError);
  });
  assert.deepEqual(model.faults.value, { runningMs2: "expected at most 400" });
  model.set("runningMs2", "50");
  assert.deepEqual(model.faults.value, {});
});

Deno.test("a suggestion is put into the fields, and is gone with the sessions that it was found on", async () => {
  const model = modelOf();
  const score = { windows: 10, accuracy: 1 };
  const suggestion = { values: { ...VALUES, walkingMs2: 2.2 }, before: score, after: score };
  await serving([[200, suggestion]], async (asked) => {
    assert.equal((await model.suggest())?.values.walkingMs2, 2.2);
    assert.deepEqual(asked[0].body, { deviceId: null, sessions: null, values: VALUES });
  });
  assert.deepEqual([model.draft.value.walkingMs2, model.isSuggesting.value], ["2.2", false]);
  model.setSessions([{ deviceId: "ben", sessionId: "run" }]);
  assert.deepEqual([model.suggestion.value, model.draft.value.walkingMs2], [null, "2.2"]);
});

Deno.test("a suggestion without labelled windows changes nothing", async () => {
  const model = modelOf();
  const score = { windows: 0, accuracy: 0 };
  await serving([[200, { values: VALUES, before: score, after: score }]], async () => {
    model.set("walkingMs2", "3");
    await model.suggest();
  });
  assert.equal(model.draft.value.walkingMs2, "3");
});

Deno.test("the page begins with what the registry says", () => {
  const model = new TuningModel(fakeThresholds().current(), { deviceId: null, sessions: null });
  assert.deepEqual(model.values.value, VALUES);
});
