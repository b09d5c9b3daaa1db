import { handlers, type RouteModule } from "../../web/define.ts";
import { HttpProblem } from "../../web/problem.ts";

const FOLDER = new URL("../../grafana/dashboards/", import.meta.url);

/** The files that `deno task grafana` writes: a name from the network never becomes a path by itself. */
export const DASHBOARDS = ["activity-official.json", "activity-community.json", "operations.json"];

/** `GET /grafana/{file}`: a dashboard, to be imported into Grafana. */
export const handler: RouteModule["handler"] = handlers({
  GET: async ({ params: { file } }) => {
    if (!DASHBOARDS.includes(file)) {
      throw new HttpProblem(404, `There is no dashboard ${file}: expected one of ${DASHBOARDS.join(", ")}.`);
    }
    return new Response(await Deno.readFile(new URL(file, FOLDER)), {
      headers: {
        "content-type": "application/json",
        "content-disposition": `attachment; filename="activity-tracker-grafana-${
          file.replace("activity-", "")
        }"`,
      },
    });
  },
});
