import { handlers, type RouteModule } from "../../../web/define.ts";
import { tuningRequest } from "../../../web/schemas/thresholds.ts";
import { parseBody, TUNING_BODY } from "../../../web/validate.ts";

export const access: RouteModule["access"] = { POST: "viewer" };

/** `POST /api/thresholds/preview`: what other values would do to recorded sessions. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ req, services }) {
    const { values, sessions, deviceId } = await parseBody(tuningRequest, req, TUNING_BODY);
    return Response.json(await services.tuning.preview(values, sessions, deviceId));
  },
});
