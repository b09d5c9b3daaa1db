import { handlers, type RouteModule } from "../../../../web/define.ts";
import { HttpProblem } from "../../../../web/problem.ts";

/** `POST /api/devices/{deviceId}/key`: a new key in place of the old one. `DELETE`: revokes it. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ params: { deviceId }, services, remote }) {
    if (!services.devices.list().some((device) => device.deviceId === deviceId)) throw noDevice(deviceId);
    const { device, key } = await services.devices.issueKey(deviceId, null, remote);
    return Response.json({ device, key, ingestPath: `/ingest/${key}` }, {
      status: 201,
      headers: { "cache-control": "no-store" },
    });
  },

  async DELETE({ params: { deviceId }, services, remote }) {
    const device = await services.devices.revokeKey(deviceId, remote);
    if (device === null) throw noDevice(deviceId);
    return Response.json(device);
  },
});

function noDevice(deviceId: string): HttpProblem {
  return new HttpProblem(
    404,
    `There is no device ${
      JSON.stringify(deviceId.slice(0, 128))
    }. GET /api/devices lists them; POST adds one.`,
  );
}
