import { activityParquet } from "../../../../web/activity_parquet.ts";
import { sessionActivityQuery } from "../../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";
import { parseQuery } from "../../../../web/validate.ts";

/** `GET /api/sessions/{sessionId}/activity.parquet`: its windows as an Apache Parquet file. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ params, url, services }) =>
    activityParquet(services.store, {
      ...parseQuery(sessionActivityQuery, url),
      sessionId: params.sessionId,
    }),
});
