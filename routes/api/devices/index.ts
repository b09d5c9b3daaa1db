import { handlers, type RouteModule } from "../../../web/define.ts";
import { listDevices } from "../../../web/devices.ts";
import { keyAddresses } from "../../../web/pairing.ts";
import { deviceRequest, devicesQuery } from "../../../web/schemas/devices.ts";
import { parseBody, parseQuery } from "../../../web/validate.ts";

/** `GET /api/devices`: devices with their health. `POST`: registers one (or gives it a new key) and shows its key, this once. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ url, services }) {
    return Response.json(await listDevices(services, parseQuery(devicesQuery, url), Date.now()));
  },

  async POST({ req, url, services, who }) {
    const { deviceId, name } = await parseBody(deviceRequest, req);
    const { device, key } = await services.devices.issueKey(deviceId, name, who!.name);
    return Response.json({ device, key, ...keyAddresses(services, url, key) }, {
      status: 201,
      headers: { "cache-control": "no-store" },
    });
  },
});
