import { handlers, type RouteModule } from "../web/define.ts";
import { metricsResponse } from "../web/probes.ts";

/** `GET /metrics`: Prometheus text. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ services }) => metricsResponse(await services.metrics()),
});
