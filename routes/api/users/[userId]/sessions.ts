import { handlers, type RouteModule } from "../../../../web/define.ts";
import { assertUser } from "./_no_user.ts";

/** `DELETE /api/users/{userId}/sessions`: signs the user out everywhere. */
export const handler: RouteModule["handler"] = handlers({
  async DELETE({ params: { userId }, services: { users }, who }) {
    assertUser(users, userId);
    await users.signOut(userId, null, who!.name);
    return Response.json(users.get(userId));
  },
});
