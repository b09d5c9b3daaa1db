import { handlers, type RouteModule } from "../../../../../../web/define.ts";
import { placeIn } from "../../../_place.ts";

/** `POST /api/dead-letters/{topic}/{partition}/{offset}/redrive`: sends it in once more; one that is taken is no letter any more. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ params, services, who }) {
    return Response.json(await services.deadLetterDesk.redrive(placeIn(params), who!.name));
  },
});
