/**
 * What machines ask a process: whether it is alive, whether it is ready, and its figures.
 *
 * @module
 */
import { refusalOfForeign } from "./auth/local.ts";
import { HttpProblem } from "./problem.ts";
import type { Readiness, Services } from "./services.ts";

/** What the answers are made from. */
export type Probes = Pick<Services, "readiness" | "metrics">;

const FOR_THIS_MACHINE = new HttpProblem(
  403,
  "The figures of a process without pages are for programs on its own machine: ask http://127.0.0.1:PORT/metrics there.",
);

/** `GET /healthz`: the process answers. */
export function healthResponse(): Response {
  return new Response("ok\n", { headers: { "content-type": "text/plain", "cache-control": "no-store" } });
}

/** `GET /readyz`: 503 while the process cannot do its work. */
export function readinessResponse(readiness: Readiness): Response {
  return Response.json(readiness, {
    status: readiness.ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}

/** `GET /metrics`: Prometheus text. */
export function metricsResponse(text: string): Response {
  return new Response(text, {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
  });
}

/**
 * Everything that a process without pages answers.
 *
 * @param remote address of the peer as the socket tells
 */
export async function answerProbe(probes: Probes, req: Request, remote: string): Promise<Response> {
  const { pathname } = new URL(req.url);
  try {
    if (req.method === "GET" || req.method === "HEAD") {
      if (pathname === "/healthz") return healthResponse();
      if (pathname === "/readyz") return readinessResponse(await probes.readiness());
      if (pathname === "/metrics" && refusalOfForeign(req, remote) !== null) throw FOR_THIS_MACHINE;
      if (pathname === "/metrics") return metricsResponse(await probes.metrics());
    }
    throw new HttpProblem(
      404,
      "This process only classifies (--roles stream): it answers GET of /healthz, /readyz and /metrics. Post readings to " +
        "a process with the role web, which has the pages too.",
    );
  } catch (error) {
    if (error instanceof HttpProblem) return error.toResponse();
    throw error;
  }
}
