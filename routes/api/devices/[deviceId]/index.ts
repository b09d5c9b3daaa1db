import { handlers, type RouteModule } from "../../../../web/define.ts";
import { deviceChange } from "../../../../web/schemas/devices.ts";
import { parseBody } from "../../../../web/validate.ts";
import { noDevice } from "./_no_device.ts";

/** `PATCH /api/devices/{deviceId}`: name and settings; also of one that was only heard of. `DELETE`: takes it out of the registry. */
export const handler: RouteModule["handler"] = handlers({
  async PATCH({ req, params: { deviceId }, services, who }) {
    const change = await parseBody(deviceChange, req);
    const { devices, deviceHealth } = services;
    if (devices.get(deviceId) === null && deviceHealth.of(deviceId, Date.now()) === null) {
      throw noDevice(deviceId);
    }
    return Response.json(await devices.change(deviceId, change, who!.name));
  },

  async DELETE({ params: { deviceId }, services, who }) {
    if (!await services.devices.remove(deviceId, who!.name)) throw noDevice(deviceId);
    return Response.json({ deviceId });
  },
});
