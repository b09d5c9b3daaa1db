import { labelRequest } from "../../../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../../../web/define.ts";
import { HttpProblem } from "../../../../../web/problem.ts";
import { parseBody } from "../../../../../web/validate.ts";
import { orProblem, sessionOf } from "../_session.ts";

/** `/api/sessions/{sessionId}/labels/{from}-{to}`: says what a span really was, or takes its labels away. */
export const handler: RouteModule["handler"] = handlers({
  async PUT(ctx) {
    const { req, params, services, who } = ctx;
    const span = spanOf(params.span);
    const label = { ...span, ...await parseBody(labelRequest, req) };
    const session = await sessionOf(ctx);
    return Response.json({ labels: await orProblem(services.sessions.label(session, label, who!.name)) });
  },

  async DELETE(ctx) {
    const { params, services, who } = ctx;
    const { from, to } = spanOf(params.span);
    const session = await sessionOf(ctx);
    return Response.json({
      labels: await orProblem(services.sessions.unlabel(session, from, to, who!.name)),
    });
  },
});

/** @throws HttpProblem 400 */
function spanOf(text: string): { from: number; to: number } {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(text)?.map(Number) ?? [];
  if (from < to) return { from, to };
  throw new HttpProblem(
    400,
    `The span is ${
      JSON.stringify(text.slice(0, 60))
    }, expected its beginning and its end in ms since the Unix epoch, ` +
      "for example 1767225600000-1767225660000.",
  );
}
