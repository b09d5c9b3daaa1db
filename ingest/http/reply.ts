/**
 * Answers to a request whose readings were judged.
 *
 * @module
 */
import { HttpProblem } from "../../web/problem.ts";
import { CLOCK_SKEW_MS, LATE_AFTER_MS } from "../message.ts";
import { MAX_ERRORS, readingsIn, type Tally } from "../tally.ts";

/** Something a client should know although its readings were taken. */
export interface Warning {
  code: "late" | "clock_skew" | "duplicate_readings" | "no_motion_sensor";
  detail: string;
}

const JSON_TYPE = { "content-type": "application/json" };

/** The answer to readings that were stored, or that there was nothing to store of. */
export function reply(tally: Tally): Response {
  const { accepted, rejected, ignored, duplicate, late, ahead, errors } = tally;
  if (accepted > 0 && accepted === readingsIn(tally) && late === 0 && ahead === 0) {
    // The usual answer; JSON.stringify would take longer than judging the readings took.
    return new Response(
      '{"status":"ok","accepted":' + accepted +
        ',"rejected":0,"ignored":0,"duplicate":0,"errors":[],"warnings":[]}',
      { headers: JSON_TYPE },
    );
  }
  const status = rejected === 0 ? "ok" : "partial";
  const body = { status, accepted, rejected, ignored, duplicate, errors, warnings: warnings(tally) };
  return new Response(JSON.stringify(body), { headers: JSON_TYPE });
}

function warnings({ accepted, rejected, ignored, duplicate, late, ahead, repeated }: Tally): Warning[] {
  const list: Warning[] = [];
  if (late > 0) {
    list.push({
      code: "late",
      detail: `${late} readings are more than ${LATE_AFTER_MS / 1000} s old: stored, but past the live view`,
    });
  }
  if (ahead > 0) {
    list.push({
      code: "clock_skew",
      detail: `${ahead} readings are more than ${
        CLOCK_SKEW_MS / 1000
      } s in the future: set the phone's clock by the network`,
    });
  }
  if (repeated > 0) {
    list.push({
      code: "duplicate_readings",
      detail:
        `${repeated} readings have the time of an earlier one and were dropped: are the timestamps precise to the millisecond?`,
    });
  }
  if (hasNoMotion({ accepted, rejected, ignored, duplicate })) {
    list.push({ code: "no_motion_sensor", detail: NO_MOTION_HINT });
  }
  return list;
}

const NO_MOTION_HINT = "none of the readings is of a motion sensor: turn on Accelerometer in the app";

/** There were readings, all of other sensors. */
const hasNoMotion = (tally: Pick<Tally, "accepted" | "rejected" | "ignored" | "duplicate">): boolean =>
  tally.ignored > 0 && tally.accepted + tally.rejected + tally.duplicate === 0;

/** Sensor Logger shows its user the text of such an answer, once a recording; any other app takes it for an error. */
const HINT_STATUS = 499;

/**
 * The answer that a person with Sensor Logger sees, for those who asked for it with `?hints=499`.
 *
 * @param outcome the readings' fates, or the refusal
 * @returns null when there is nothing that the person could mend
 */
export function hint(outcome: Tally | HttpProblem): Response | null {
  let text: string | null = null;
  if (!(outcome instanceof HttpProblem)) text = hasNoMotion(outcome) ? NO_MOTION_HINT : null;
  else if (outcome.status === 401 || outcome.status === 403) text = outcome.message;
  if (text === null) return null;
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return new Response(`Activity Tracker: ${text}`, { status: HINT_STATUS, headers });
}

/** The refusal of readings of which none (or, where all were asked for, not every one) can be used. */
export function allRejected({ rejected, errors }: Tally): HttpProblem {
  const more = rejected > MAX_ERRORS ? `; the first ${MAX_ERRORS} are listed` : "";
  return new HttpProblem(
    400,
    `${rejected} ${
      rejected === 1 ? "reading was" : "readings were"
    } rejected and nothing was stored${more}. ` +
      `The first: ${errors[0].detail}`,
    { errors },
  );
}
