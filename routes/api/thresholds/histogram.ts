import { handlers, type RouteModule } from "../../../web/define.ts";
import { histogramRequest } from "../../../web/schemas/thresholds.ts";
import { parseBody, TUNING_BODY } from "../../../web/validate.ts";

export const access: RouteModule["access"] = { POST: "viewer" };

/** `POST /api/thresholds/histogram`: windows of recorded sessions by mean magnitude. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ req, services }) {
    const { sessions } = await parseBody(histogramRequest, req, TUNING_BODY);
    return Response.json(await services.tuning.histogram(sessions));
  },
});
