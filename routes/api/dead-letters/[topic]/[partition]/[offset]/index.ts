import { handlers, type RouteModule } from "../../../../../../web/define.ts";
import { noLetter, placeIn } from "../../../_place.ts";

/** `DELETE /api/dead-letters/{topic}/{partition}/{offset}`: discards it. */
export const handler: RouteModule["handler"] = handlers({
  async DELETE({ params, services, who }) {
    const place = placeIn(params);
    const { deadLetterDesk } = services;
    // Not every engine knows by itself whether there is one.
    if (await deadLetterDesk.find(place) === null) throw noLetter(place);
    return Response.json({ discarded: await deadLetterDesk.discard([place], who!.name) });
  },
});
