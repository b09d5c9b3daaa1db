import { handlers, type RouteModule } from "../../../../web/define.ts";
import { undeleteQuery } from "../../../../web/schemas/sessions.ts";
import { parseQuery } from "../../../../web/validate.ts";
import { noSession, orProblem } from "./_session.ts";

/** `POST /api/sessions/{sessionId}/restore`: undoes its deletion. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ params: { sessionId }, url, services, who }) {
    const { deviceId } = parseQuery(undeleteQuery, url);
    await orProblem(services.sessions.restore({ deviceId, sessionId }, who!.name));
    const session = await services.store.session(sessionId, deviceId);
    if (!session) throw noSession(sessionId);
    return Response.json(session);
  },
});
