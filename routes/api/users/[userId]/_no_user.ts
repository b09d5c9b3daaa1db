import { HttpProblem } from "../../../../web/problem.ts";
import type { Users } from "../../../../web/services.ts";

/** @throws HttpProblem 404 */
export function assertUser(users: Users, userId: string): void {
  if (users.get(userId) !== null) return;
  throw new HttpProblem(
    404,
    `There is no user ${JSON.stringify(userId.slice(0, 80))}. GET /api/users lists them.`,
  );
}
