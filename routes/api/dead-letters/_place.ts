import type { LetterPlace } from "../../../web/services.ts";
import { HttpProblem } from "../../../web/problem.ts";
import { letterPlace } from "../../../web/schemas/dead_letters.ts";

/** The place that a path names. @throws HttpProblem 404 when it can be none */
export function placeIn(params: Record<string, string>): LetterPlace {
  const parsed = letterPlace.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new HttpProblem(
    404,
    "There is no such dead letter: expected /TOPIC/PARTITION/OFFSET, for example /raw_sensor_data/0/41.",
  );
}

/** The answer about a letter that is not there. */
export function noLetter({ topic, partition, offset }: LetterPlace): HttpProblem {
  return new HttpProblem(
    404,
    `There is no dead letter of ${topic}, partition ${partition}, offset ${offset}: it may have been discarded by now.`,
  );
}
