import { revokeToken } from "../../../web/auth/token_owner.ts";
import { handlers, type RouteModule } from "../../../web/define.ts";

export const access: RouteModule["access"] = { DELETE: "viewer" };

/** `DELETE /api/tokens/{tokenId}`: revokes it. */
export const handler: RouteModule["handler"] = handlers({
  async DELETE({ params: { tokenId }, services, who }) {
    await revokeToken(services, who!, tokenId);
    return Response.json({ tokenId });
  },
});
