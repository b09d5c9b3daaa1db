import { handlers, type RouteModule } from "../../web/define.ts";

export const methodHint =
  "POST readings here, as JSON; the address is for a phone's app, not for a browser. " +
  "In Sensor Logger it goes into HTTP Push, Push URL.";

export const access: RouteModule["access"] = { POST: "key" };

/** `POST /ingest/{token}`: readings of a phone that cannot set headers; the token is its key. */
export const handler: RouteModule["handler"] = handlers({
  POST: ({ req, params, services }) => services.ingest.post(req, params.token),
});
