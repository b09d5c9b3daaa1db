import { Conflict } from "../../../log/port.ts";
import { type Context, handlers, type RouteModule } from "../../../web/define.ts";
import { HttpProblem } from "../../../web/problem.ts";
import { Refused } from "../../../web/refused.ts";
import { thresholdsChange } from "../../../web/schemas/thresholds.ts";
import type { ThresholdsState } from "../../../web/services.ts";
import { parseBody } from "../../../web/validate.ts";

/** `GET /api/thresholds`: those in force. `PUT`: changes them, if they are still those of `If-Match`. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ services }) => answer(services.thresholds.current()),

  async PUT(ctx) {
    const { req, services, who } = ctx;
    const expected = expectedVersion(req.headers.get("if-match"));
    const change = await parseBody(thresholdsChange, req, { status: 422 });
    try {
      return answer(await services.thresholds.save(change, expected, who!.name));
    } catch (error) {
      throw asProblem(error, ctx);
    }
  },
});

function answer(state: ThresholdsState): Response {
  return Response.json(state, { headers: { etag: `"v${state.version}"`, "cache-control": "no-cache" } });
}

function expectedVersion(ifMatch: string | null): number {
  const hint =
    'If-Match names the version it changes, for example If-Match: "v7"; GET answers with it as ETag.';
  if (ifMatch === null) throw new HttpProblem(428, `The request does not say what it changes. ${hint}`);
  const version = /^"v([1-9]\d{0,14})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined) {
    throw new HttpProblem(400, `If-Match is ${ifMatch.slice(0, 100)}, which is no version. ${hint}`);
  }
  return Number(version);
}

function asProblem(error: unknown, { services }: Context): unknown {
  if (error instanceof Refused) {
    const { pointer, message } = error;
    const errors = [{ pointer, detail: message }];
    return new HttpProblem(422, `The change does not fit. ${pointer.slice(1)}: ${message}.`, { errors });
  }
  if (!(error instanceof Conflict)) return error;
  const current = services.thresholds.current();
  const detail =
    `Someone else has changed the thresholds: now they are version ${current.version}, in current.`;
  return new HttpProblem(412, detail, { current, headers: { etag: `"v${current.version}"` } });
}
