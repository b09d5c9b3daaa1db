import { deviceOfKey } from "../../../../ingest/http/keys.ts";
import { phyphoxExperiment } from "../../../../ingest/phyphox_experiment.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";

export const access: RouteModule["access"] = { GET: "key" };

/** `GET /ingest/phyphox/{token}/experiment`: the file that makes phyphox post here; the token is the device's key. */
export const handler: RouteModule["handler"] = handlers({
  GET({ url, params: { token }, services: { devices } }) {
    const deviceId = deviceOfKey(devices, token);
    const name = devices.get(deviceId)?.name ?? deviceId;
    const address = `${url.origin}/ingest/phyphox/${encodeURIComponent(token)}`;
    return new Response(phyphoxExperiment(address, name), {
      headers: {
        "content-type": "application/octet-stream",
        "content-disposition": 'attachment; filename="activity-tracker.phyphox"',
        "cache-control": "no-store",
      },
    });
  },
});
