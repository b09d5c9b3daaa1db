import { handlers, type RouteModule } from "../../../../../../web/define.ts";
import { noLetter, placeIn } from "../../../_place.ts";

/** `GET /api/dead-letters/{topic}/{partition}/{offset}/value`: its bytes as they were, as far as they are kept. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ params, services }) {
    const place = placeIn(params);
    const letter = await services.deadLetterDesk.find(place);
    if (letter === null) throw noLetter(place);
    const name = `${place.topic.replace(/[^\w.-]/g, "_")}-${place.partition}-${place.offset}.bin`;
    return new Response(letter.value as Uint8Array<ArrayBuffer>, {
      headers: {
        // Whatever it is, a browser keeps it and does not run it.
        "content-type": "application/octet-stream",
        "content-disposition": `attachment; filename="${name}"`,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    });
  },
});
