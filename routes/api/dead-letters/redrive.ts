import { handlers, type RouteModule } from "../../../web/define.ts";
import { HttpProblem } from "../../../web/problem.ts";
import { lettersRequest, MAX_DEAD_LETTERS } from "../../../web/schemas/dead_letters.ts";
import { parseBody } from "../../../web/validate.ts";

/** `POST /api/dead-letters/redrive`: sends in once more those of the newest that could not be read for this reason. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ req, services, who }) {
    const { reason } = await parseBody(lettersRequest, req);
    const letters = await services.deadLetters(MAX_DEAD_LETTERS);
    const answer = { redriven: 0, refused: 0, detail: null as string | null };
    for (const letter of letters) {
      if (letter.reason !== reason || letter.isRefused) continue;
      try {
        await services.deadLetterDesk.redrive(letter, who!.name);
        answer.redriven++;
      } catch (error) {
        // One that is refused again says nothing about the next; when nothing can be stored, all would be.
        if (!(error instanceof HttpProblem) || error.status === 503) throw error;
        answer.refused++;
        answer.detail ??= error.message;
      }
    }
    return Response.json(answer);
  },
});
