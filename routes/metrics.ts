import { handlers, type RouteModule } from "../web/define.ts";

/** `GET /metrics`: Prometheus text. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ services }) =>
    new Response(await services.metrics(), {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
    }),
});
