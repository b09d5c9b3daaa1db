import { handlers, type RouteModule } from "../web/define.ts";
import { healthResponse } from "../web/probes.ts";

/** `GET /healthz`: the process answers. */
export const handler: RouteModule["handler"] = handlers({ GET: healthResponse });
