/**
 * Dead letters as an admin handles them: looked at, sent in once more, discarded.
 *
 * @module
 */
import type { LetterPlace, Log } from "../log/port.ts";
import { HttpProblem } from "../web/problem.ts";
import type { DeadLetterDesk, Redriven } from "../web/services.ts";

type Letters = Pick<Log, "readDeadLetter" | "discardDeadLetters">;

/**
 * @param post takes one body of `POST /sensor-data` without asking for a key: the letter's phone has shown its own, or another
 *   program wrote it, before it became a letter
 */
export function createDeadLetterDesk(
  log: Letters,
  post: (body: Uint8Array) => Promise<Response>,
): DeadLetterDesk {
  return {
    find: (place) => log.readDeadLetter(place),
    discard: (places, by) => log.discardDeadLetters(places, by),
    redrive: (place, by) => redrive(log, post, place, by),
  };
}

async function redrive(
  log: Letters,
  post: (body: Uint8Array) => Promise<Response>,
  place: LetterPlace,
  by: string,
): Promise<Redriven> {
  const letter = await log.readDeadLetter(place);
  if (letter === null) {
    throw new HttpProblem(
      404,
      `There is no dead letter of ${nameOf(place)}: it may have been discarded by now.`,
    );
  }
  if (letter.isRefused) {
    throw new HttpProblem(
      409,
      "The record is in the log and has its results; only its row in Snowflake is missing, and loading does not go back. " +
        "Download the value, insert it there by hand, and discard the letter.",
    );
  }
  if (!letter.isWhole) {
    throw new HttpProblem(
      409,
      `Only ${letter.value.length} of the value's ${letter.bytes} bytes are kept, so it cannot be sent in again.`,
    );
  }
  const response = await post(letter.value);
  const answer = await response.json();
  if (!response.ok) {
    throw new HttpProblem(response.status === 503 ? 503 : 422, `Refused again: ${answer.detail}`, {
      errors: answer.errors,
    });
  }
  const { accepted, rejected, duplicate } = answer as Redriven;
  if (accepted + duplicate === 0) {
    throw new HttpProblem(422, "Refused again: none of its readings is of a motion sensor.");
  }
  await log.discardDeadLetters([place], by);
  return { accepted, rejected, duplicate };
}

const nameOf = ({ topic, partition, offset }: LetterPlace) =>
  `${JSON.stringify(topic.slice(0, 249))}, partition ${partition}, offset ${offset}`;
