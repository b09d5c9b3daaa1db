import { handlers, type RouteModule } from "../../../../web/define.ts";
import { noDevice } from "./_no_device.ts";

/** `POST /api/devices/{deviceId}/restore`: undoes its removal; the key that was in force then is again. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ params: { deviceId }, services, who }) {
    const device = await services.devices.restore(deviceId, who!.name);
    if (device === null) throw noDevice(deviceId);
    return Response.json(device);
  },
});
