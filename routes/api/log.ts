import { handlers, type RouteModule } from "../../web/define.ts";

/** `GET /api/log`: how far processing is behind, how much was set aside or lost, and what is wrong now. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ services }) => Response.json(await services.logHealth()),
});
