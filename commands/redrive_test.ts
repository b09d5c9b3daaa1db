import assert from "node:assert/strict";
import type { LetterPlace, WholeLetter } from "../log/port.ts";
import { HttpProblem } from "../web/problem.ts";
import { createDeadLetterDesk } from "./redrive.ts";

const PLACE = { topic: "raw_sensor_data", partition: 0, offset: 7 };

function letterOf(text: string, more: Partial<WholeLetter> = {}): WholeLetter {
  const value = new TextEncoder().encode(text);
  return {
    ...PLACE,
    reason: "r",
    isRefused: false,
    atMs: 0,
    key: null,
    bytes: value.length,
    excerpt: text,
    value,
    isWhole: true,
    ...more,
  };
}

/** @param answer to what is posted */
function setup(letter: WholeLetter | null, answer: Response) {
  const posted: string[] = [];
  const discarded: [readonly LetterPlace[], string][] = [];
  const log = {
    readDeadLetter: () => Promise.resolve(letter),
    discardDeadLetters: (places: readonly LetterPlace[], by: string) => {
      discarded.push([places, by]);
      return Promise.resolve(places.length);
    },
  };
  const desk = createDeadLetterDesk(log, (body) => {
    posted.push(new TextDecoder().decode(body));
    return Promise.resolve(answer);
  });
  return { desk, posted, discarded };
}

const answerWith = (accepted: number, rejected: number, duplicate: number) =>
  Response.json({ status: "ok", accepted, rejected, ignored: 0, duplicate, errors: [], warnings: [] });

Deno.test("a letter that can be read now is posted as it was, and is no letter any more", async () => {
  const { desk, posted, discarded } = setup(letterOf('{"a":1}'), answerWith(40, 2, 0));
  assert.deepEqual(await desk.redrive(PLACE, "Anna"), { accepted: 40, rejected: 2, duplicate: 0 });
  assert.deepEqual(posted, ['{"a":1}']);
  assert.deepEqual(discarded, [[[PLACE], "Anna"]]);
});

Deno.test("one whose readings are in the log already is done, too", async () => {
  const { desk, discarded } = setup(letterOf("{}"), answerWith(0, 0, 12));
  assert.equal((await desk.redrive(PLACE, "Anna")).duplicate, 12);
  assert.equal(discarded.length, 1);
});

const refusals: [string, WholeLetter | null, Response, number, RegExp][] = [
  [
    "that is still wrong",
    letterOf("no"),
    new HttpProblem(400, "it is no JSON").toResponse(),
    422,
    /it is no JSON/,
  ],
  ["of other sensors", letterOf("{}"), answerWith(0, 0, 0), 422, /motion sensor/],
  [
    "while nothing is taken",
    letterOf("{}"),
    new HttpProblem(503, "disk full").toResponse(),
    503,
    /disk full/,
  ],
  [
    "that is gone",
    null,
    answerWith(1, 0, 0),
    404,
    /no dead letter of "raw_sensor_data", partition 0, offset 7/,
  ],
  [
    "that Snowflake refused",
    letterOf("{}", { isRefused: true }),
    answerWith(1, 0, 0),
    409,
    /Download the value/,
  ],
  [
    "of which a part is kept",
    letterOf("{}", { isWhole: false, bytes: 9e6 }),
    answerWith(1, 0, 0),
    409,
    /2 of .* 9000000/,
  ],
];
for (const [what, letter, answer, status, detail] of refusals) {
  Deno.test(`a letter ${what} stays, and the answer says why`, async () => {
    const { desk, discarded } = setup(letter, answer);
    await assert.rejects(desk.redrive(PLACE, "Anna"), (error) => {
      assert.ok(error instanceof HttpProblem);
      assert.equal(error.status, status);
      assert.match(error.message, detail);
      return true;
    });
    assert.deepEqual(discarded, []);
  });
}
