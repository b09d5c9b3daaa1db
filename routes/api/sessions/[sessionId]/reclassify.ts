import { handlers, type RouteModule } from "../../../../web/define.ts";
import { noSession, orProblem, sessionOf } from "./_session.ts";

/** `POST /api/sessions/{sessionId}/reclassify`: decides its windows again, with the thresholds in force. */
export const handler: RouteModule["handler"] = handlers({
  async POST(ctx) {
    const { services, who } = ctx;
    const { sessionId, deviceId } = await sessionOf(ctx);
    await orProblem(services.sessions.reclassify({ sessionId, deviceId }, who!.name));
    const session = await services.store.session(sessionId, deviceId);
    if (!session) throw noSession(sessionId);
    return Response.json(session);
  },
});
