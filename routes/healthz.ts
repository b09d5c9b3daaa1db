import { handlers, type RouteModule } from "../web/define.ts";

/** `GET /healthz`: the process answers. */
export const handler: RouteModule["handler"] = handlers({
  GET: () => new Response("ok\n", { headers: { "content-type": "text/plain", "cache-control": "no-store" } }),
});
