import { createOwnToken, visibleTokens } from "../../../web/auth/token_owner.ts";
import { handlers, type RouteModule } from "../../../web/define.ts";
import { tokenRequest } from "../../../web/schemas/users.ts";
import { parseBody } from "../../../web/validate.ts";

export const access: RouteModule["access"] = { POST: "viewer" };

/** `GET /api/tokens`: one's own; an admin sees all. `POST`: makes one and shows its secret, this once. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ services, who }) => Response.json({ items: visibleTokens(services, who!) }),

  async POST({ req, services, who }) {
    return Response.json(await createOwnToken(services, who!, await parseBody(tokenRequest, req)), {
      status: 201,
      headers: { "cache-control": "no-store" },
    });
  },
});
