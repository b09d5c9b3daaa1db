import { deviceQuery } from "../../../../web/api_schemas.ts";
import type { Context } from "../../../../web/define.ts";
import { HttpProblem } from "../../../../web/problem.ts";
import { Refused, TooLate } from "../../../../web/refused.ts";
import type { SessionDetail } from "../../../../web/services.ts";
import { parseQuery } from "../../../../web/validate.ts";

/** The session that a path and its query name. @throws HttpProblem 404 */
export async function sessionOf({ params, url, services }: Context): Promise<SessionDetail> {
  const { deviceId } = parseQuery(deviceQuery, url);
  const session = await services.store.session(params.sessionId, deviceId);
  if (!session) throw noSession(params.sessionId);
  return session;
}

/** The answer about a session that is not there. */
export function noSession(sessionId: string): HttpProblem {
  return new HttpProblem(
    404,
    `There is no session ${sessionId.slice(0, 128)}. GET /api/sessions lists them.`,
  );
}

/** Waits for a change. @throws HttpProblem 422 or 410 when it cannot be made */
export async function orProblem<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof TooLate) throw new HttpProblem(410, error.message);
    if (!(error instanceof Refused)) throw error;
    const { pointer, message } = error;
    throw new HttpProblem(422, `This cannot be done: ${message}.`, {
      errors: [{ pointer, detail: message }],
    });
  }
}
