import { isId } from "../../../../log/id.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";
import { phonePages, trustPage } from "../../../../web/pairing.ts";
import { HttpProblem } from "../../../../web/problem.ts";
import { pairingRequest } from "../../../../web/schemas/phones.ts";
import { parseBody } from "../../../../web/validate.ts";

/** `POST /api/devices/{deviceId}/pairing`: a code for a phone's camera; the device is registered when a phone uses it. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ req, url, params: { deviceId }, services, who }) {
    const { name } = await parseBody(pairingRequest, req);
    if (!isId(deviceId)) {
      throw new HttpProblem(400, "The device's id must have 1 to 128 printable characters.");
    }
    const { code, expiresAtMs } = await services.pairing.offer(deviceId, name, who!.name);
    const pages = phonePages(services, url, code);
    return Response.json(
      { deviceId, atMs: Date.now(), expiresAtMs, pages, trust: trustPage(services, url) },
      {
        status: 201,
        headers: { "cache-control": "no-store" },
      },
    );
  },
});
