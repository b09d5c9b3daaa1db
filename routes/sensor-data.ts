import { handlers, type RouteModule } from "../web/define.ts";

export const methodHint =
  "POST readings here, as JSON; the address is for a phone's app, not for a browser. " +
  "In Sensor Logger it goes into HTTP Push, Push URL. GET /api/openapi.json describes the format.";

export const access: RouteModule["access"] = { POST: "key" };

/** `POST /sensor-data`: readings of a phone, its key in a header. */
export const handler: RouteModule["handler"] = handlers({
  POST: ({ req, services }) => services.ingest.post(req),
});
