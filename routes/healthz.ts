import { handlers, type RouteModule } from "../web/define.ts";
import { healthResponse } from "../web/probes.ts";

export const access: RouteModule["access"] = { GET: "open" };

/** `GET /healthz`: the process answers. */
export const handler: RouteModule["handler"] = handlers({ GET: healthResponse });
