import { handlers, type RouteModule } from "../web/define.ts";
import { readinessResponse } from "../web/probes.ts";

export const access: RouteModule["access"] = { GET: "open" };

/** `GET /readyz`: whether readings can be taken, and if not what is wrong. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ services }) => readinessResponse(await services.readiness()),
});
