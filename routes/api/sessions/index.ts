import { sessionsQuery } from "../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../web/define.ts";
import { orBadCursor, parseQuery } from "../../../web/validate.ts";

/** `GET /api/sessions`: newest first; with `live=true` the live ones, most recently changed first. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ url, services }) {
    const { live, recentMs = 0, ...filter } = parseQuery(sessionsQuery, url);
    if (!live) return Response.json(await orBadCursor(services.store.sessions(filter)));
    const { deviceId, limit } = filter;
    const { sessions: items, total, position } = await services.store.live({ deviceId, recentMs, limit });
    return Response.json({ items, nextCursor: null, total, position });
  },
});
