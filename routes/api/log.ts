import { handlers, type RouteModule } from "../../web/define.ts";

/** `GET /api/log`: how far processing is behind, how much could not be read or was lost, and what is wrong now. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ services }) => Response.json(await services.logHealth()),
});
