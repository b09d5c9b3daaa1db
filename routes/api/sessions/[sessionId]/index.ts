import { deviceQuery } from "../../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";
import { HttpProblem } from "../../../../web/problem.ts";
import { parseQuery } from "../../../../web/validate.ts";

/** `GET /api/sessions/{sessionId}`: one session with its segments. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ params, url, services }) {
    const { deviceId } = parseQuery(deviceQuery, url);
    const session = await services.store.session(params.sessionId, deviceId);
    if (!session) {
      throw new HttpProblem(
        404,
        `There is no session ${params.sessionId.slice(0, 128)}. GET /api/sessions lists them.`,
      );
    }
    return Response.json(session);
  },
});
