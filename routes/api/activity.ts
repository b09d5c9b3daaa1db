import { activityCsv, wantsCsv } from "../../web/activity_csv.ts";
import { activityQuery } from "../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../web/define.ts";
import { orBadCursor, parseQuery } from "../../web/validate.ts";

/** `GET /api/activity`: windows across sessions. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ req, url, services }) {
    const filter = parseQuery(activityQuery, url);
    if (wantsCsv(req)) return activityCsv(services.store, filter);
    return Response.json(await orBadCursor(services.store.activity(filter)));
  },
});
