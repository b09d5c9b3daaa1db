import { handlers, type RouteModule } from "../../web/define.ts";
import { auditQuery } from "../../web/schemas/users.ts";
import { parseQuery } from "../../web/validate.ts";

export const access: RouteModule["access"] = { GET: "admin" };

/** `GET /api/audit`: who changed what and when, newest first. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ url, services }) => Response.json(services.audit.list(parseQuery(auditQuery, url))),
});
