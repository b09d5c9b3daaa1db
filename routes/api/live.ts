import { handlers, type RouteModule } from "../../web/define.ts";

/** `GET /api/live`: processed records as Server-Sent Events. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ req, services }) => services.live.open(req),
});
