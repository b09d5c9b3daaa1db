import { activityCsv } from "../../../../web/activity_csv.ts";
import { sessionActivityQuery } from "../../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";
import { parseQuery } from "../../../../web/validate.ts";

/** `GET /api/sessions/{sessionId}/activity.csv`: its windows as a file. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ params, url, services }) =>
    activityCsv(services.store, { ...parseQuery(sessionActivityQuery, url), sessionId: params.sessionId }),
});
