import { seriesQuery } from "../../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";
import { parseQuery } from "../../../../web/validate.ts";
import { noSession } from "./_session.ts";

/** `GET /api/sessions/{sessionId}/series`: its windows as the points of a chart. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ params: { sessionId }, url, services }) {
    const { deviceId, from = null, to = null, points } = parseQuery(seriesQuery, url);
    const series = await services.store.series(sessionId, deviceId, from, to, points);
    if (!series) throw noSession(sessionId);
    return Response.json(series);
  },
});
