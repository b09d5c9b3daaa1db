import { sessionActivityQuery } from "../../../../web/api_schemas.ts";
import { activityCsv, wantsCsv } from "../../../../web/activity_csv.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";
import { orBadCursor, parseQuery } from "../../../../web/validate.ts";

/** `GET /api/sessions/{sessionId}/activity`: its windows as JSON, or all of them as CSV. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ req, params, url, services }) {
    const filter = { ...parseQuery(sessionActivityQuery, url), sessionId: params.sessionId };
    if (wantsCsv(req)) return activityCsv(services.store, filter);
    return Response.json(await orBadCursor(services.store.activity(filter)));
  },
});
