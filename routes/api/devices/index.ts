import { deviceRequest } from "../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../web/define.ts";
import { parseBody } from "../../../web/validate.ts";

/** `GET /api/devices`: all devices. `POST`: registers one (or gives it a new key) and shows its key, this once. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ services }) => Response.json({ items: services.devices.list() }),

  async POST({ req, services, remote }) {
    const { deviceId, name } = await parseBody(deviceRequest, req);
    const { device, key } = await services.devices.issueKey(deviceId, name, remote);
    return Response.json({ device, key, ingestPath: `/ingest/${key}` }, {
      status: 201,
      headers: { "cache-control": "no-store" },
    });
  },
});
