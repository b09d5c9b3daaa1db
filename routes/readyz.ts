import { handlers, type RouteModule } from "../web/define.ts";

/** `GET /readyz`: whether readings can be taken, and if not what is wrong. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ services }) {
    const readiness = await services.readiness();
    return Response.json(readiness, {
      status: readiness.ready ? 200 : 503,
      headers: { "cache-control": "no-store" },
    });
  },
});
