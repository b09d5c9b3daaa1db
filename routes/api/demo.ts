import { handlers, type RouteModule } from "../../web/define.ts";

/** `POST /api/demo`: plays the bundled recording as device "demo-phone", or answers with the playing one. */
export const handler: RouteModule["handler"] = handlers({
  POST: ({ services }) => Response.json(services.demo.start(), { status: 202 }),
});
