import { handlers, type RouteModule } from "../../web/define.ts";
import { loadStatus } from "../../web/status.ts";

/** `GET /api/status`: how every moving part is doing, in words. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ services }) => Response.json(await loadStatus(services, Date.now())),
});
