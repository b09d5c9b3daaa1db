import { handlers, type RouteModule } from "../../../../web/define.ts";
import { keyAddresses } from "../../../../web/pairing.ts";
import { noDevice } from "./_no_device.ts";

/** `POST /api/devices/{deviceId}/key`: a new key in place of the old one. `DELETE`: revokes it. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ url, params: { deviceId }, services, who }) {
    if (services.devices.get(deviceId) === null) throw noDevice(deviceId);
    const { device, key } = await services.devices.issueKey(deviceId, null, who!.name);
    return Response.json({ device, key, ...keyAddresses(services, url, key) }, {
      status: 201,
      headers: { "cache-control": "no-store" },
    });
  },

  async DELETE({ params: { deviceId }, services, who }) {
    const device = await services.devices.revokeKey(deviceId, who!.name);
    if (device === null) throw noDevice(deviceId);
    return Response.json(device);
  },
});
