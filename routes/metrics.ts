import { handlers, type RouteModule } from "../web/define.ts";
import { metricsResponse } from "../web/probes.ts";

export const access: RouteModule["access"] = { GET: "machine" };

/** `GET /metrics`: Prometheus text. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ services }) => metricsResponse(await services.metrics()),
});
