import { handlers, type RouteModule } from "../../../web/define.ts";

export const methodHint =
  "POST readings here, as phyphox does; the address is for a phone's app, not for a browser. " +
  "The experiment file that the Devices page makes has it in it: open that in phyphox.";

export const access: RouteModule["access"] = { POST: "key" };

/** `POST /ingest/phyphox/{token}`: what phyphox posts with our experiment file; the token is the device's key. */
export const handler: RouteModule["handler"] = handlers({
  POST: ({ req, params, services }) => services.ingest.postPhyphox(req, params.token),
});
