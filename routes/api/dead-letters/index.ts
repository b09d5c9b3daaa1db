import { handlers, type RouteModule } from "../../../web/define.ts";
import { deadLettersQuery } from "../../../web/schemas/dead_letters.ts";
import { parseQuery } from "../../../web/validate.ts";

/** `GET /api/dead-letters`: records that were set aside, newest first. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ url, services }) {
    const { limit } = parseQuery(deadLettersQuery, url);
    return Response.json({ items: await services.deadLetters(limit) });
  },
});
