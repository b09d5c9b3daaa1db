import { handlers, type RouteModule } from "../../../../web/define.ts";
import { userChange } from "../../../../web/schemas/users.ts";
import { parseBody } from "../../../../web/validate.ts";
import { assertUser } from "./_no_user.ts";

/** `PATCH /api/users/{userId}`: role, password, whether disabled. `DELETE`: removes the user, with sessions and tokens. */
export const handler: RouteModule["handler"] = handlers({
  async PATCH({ req, params: { userId }, services: { users }, who }) {
    const { role, disabled, password } = await parseBody(userChange, req);
    assertUser(users, userId);
    const by = who!.name;
    if (password !== undefined) await users.setPassword(userId, password, null, by);
    if (disabled !== undefined) await users.setDisabled(userId, disabled, by);
    if (role !== undefined) await users.setRole(userId, role, by);
    return Response.json(users.get(userId));
  },

  async DELETE({ params: { userId }, services: { users }, who }) {
    assertUser(users, userId);
    await users.remove(userId, who!.name);
    return Response.json({ userId });
  },
});
