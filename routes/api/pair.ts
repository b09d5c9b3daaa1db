import { handlers, type RouteModule } from "../../web/define.ts";
import { HttpProblem } from "../../web/problem.ts";
import { pairRequest } from "../../web/schemas/phones.ts";
import type { PairingFailure } from "../../web/services.ts";
import { parseBody } from "../../web/validate.ts";

/** The code is the phone's right to ask. */
export const access: RouteModule["access"] = { POST: "open" };

const FAILURES: Record<PairingFailure, string> = {
  unknown: "The code is not known here. Scan the one that the Devices page shows now.",
  used: "The code was used already, and each is good for one phone. Make a new one on the Devices page.",
  expired: "The code has ended: each is good for ten minutes. Make a new one on the Devices page.",
};

/** `POST /api/pair`: exchanges a code for the device's key, once. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ req, services }) {
    const { code } = await parseBody(pairRequest, req);
    const result = await services.pairing.redeem(code);
    if (typeof result === "string") throw new HttpProblem(result === "unknown" ? 404 : 410, FAILURES[result]);
    return Response.json(result, { headers: { "cache-control": "no-store" } });
  },
});
