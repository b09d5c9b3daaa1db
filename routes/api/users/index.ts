import { handlers, type RouteModule } from "../../../web/define.ts";
import { userRequest } from "../../../web/schemas/users.ts";
import { parseBody } from "../../../web/validate.ts";

export const access: RouteModule["access"] = { GET: "admin" };

/** `GET /api/users`: who may sign in. `POST`: one more. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ services }) => Response.json({ items: services.users.list() }),

  async POST({ req, services, who }) {
    const { name, role, password } = await parseBody(userRequest, req);
    return Response.json(await services.users.create(name, role, password, who!.name), { status: 201 });
  },
});
