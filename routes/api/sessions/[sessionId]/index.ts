import { sessionChange } from "../../../../web/api_schemas.ts";
import { handlers, type RouteModule } from "../../../../web/define.ts";
import { parseBody } from "../../../../web/validate.ts";
import { sessionOf } from "./_session.ts";

/** `/api/sessions/{sessionId}`: one session with its segments; its name and note; deletes it. */
export const handler: RouteModule["handler"] = handlers({
  GET: async (ctx) => Response.json(await sessionOf(ctx)),

  async PATCH(ctx) {
    const { req, services, who } = ctx;
    const change = await parseBody(sessionChange, req);
    const session = await sessionOf(ctx);
    await services.sessions.rename(session, change, who!.name);
    return Response.json({ ...session, ...change });
  },

  async DELETE(ctx) {
    const { services, who } = ctx;
    return Response.json(await services.sessions.delete(await sessionOf(ctx), who!.name));
  },
});
