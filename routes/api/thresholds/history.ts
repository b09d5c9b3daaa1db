import { handlers, type RouteModule } from "../../../web/define.ts";
import { historyQuery } from "../../../web/schemas/thresholds.ts";
import { parseQuery } from "../../../web/validate.ts";

/** `GET /api/thresholds/history`: who changed what, when and why, newest first. */
export const handler: RouteModule["handler"] = handlers({
  GET({ url, services }) {
    const { limit, before } = parseQuery(historyQuery, url);
    const items = services.thresholds.history(limit, before);
    const last = items.at(-1)?.version ?? 1;
    const more = services.thresholds.history(1, last).length > 0;
    return Response.json({ items, nextBefore: more ? last : null });
  },
});
