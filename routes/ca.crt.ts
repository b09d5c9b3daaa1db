import { handlers, type RouteModule } from "../web/define.ts";
import { HttpProblem } from "../web/problem.ts";

/** Phones fetch it before they are paired; it is public. */
export const access: RouteModule["access"] = { GET: "open" };

/** `GET /ca.crt`: the certificate of the authority that vouches for this server, as phones install it. */
export const handler: RouteModule["handler"] = handlers({
  GET: ({ services: { tls } }) => {
    if (tls === null) throw new HttpProblem(404, "There is none: the server was started without --lan.");
    return new Response(tls.certificate, {
      headers: {
        "content-type": "application/x-x509-ca-cert",
        "content-disposition": 'attachment; filename="activity-tracker.crt"',
        "cache-control": "no-store",
      },
    });
  },
});
