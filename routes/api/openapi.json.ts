import { handlers, type RouteModule } from "../../web/define.ts";
import { openapi } from "../../web/openapi.ts";

const DOCUMENT = JSON.stringify(openapi());

/** `GET /api/openapi.json`: the API's description. */
export const handler: RouteModule["handler"] = handlers({
  GET: () => new Response(DOCUMENT, { headers: { "content-type": "application/json" } }),
});
