import { handlers, type RouteModule } from "../../../web/define.ts";
import { lettersRequest, MAX_DEAD_LETTERS } from "../../../web/schemas/dead_letters.ts";
import { parseBody } from "../../../web/validate.ts";

/** `POST /api/dead-letters/discard`: takes away those of the newest that have this reason. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ req, services, who }) {
    const { reason } = await parseBody(lettersRequest, req);
    const letters = (await services.deadLetters(MAX_DEAD_LETTERS)).filter((each) => each.reason === reason);
    return Response.json({ discarded: await services.deadLetterDesk.discard(letters, who!.name) });
  },
});
