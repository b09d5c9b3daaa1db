import { handlers, type RouteModule } from "../../../web/define.ts";

/** `GET /api/live/raw`: a device's readings as Server-Sent Events. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ req, services }) => services.raw.open(req),
});
