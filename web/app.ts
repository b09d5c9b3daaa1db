/**
 * The program's HTTP side: files under `routes/` behind Hono.
 *
 * @module
 */
import { type Context as HonoContext, Hono } from "hono";
import { h } from "preact";
import App from "../routes/_app.tsx";
import Failure from "../routes/_error.tsx";
import NotFound from "../routes/_404.tsx";
import { Conflict } from "../log/port.ts";
import { Unavailable } from "../log/unavailable.ts";
import { assertLocal, isOpen } from "./access.ts";
import { type Assets, sendFile } from "./assets.ts";
import type { Context, Method, Principal, RouteModule } from "./define.ts";
import { type PageSetup, sendDocument } from "./document.ts";
import { loadIslands } from "./islands.ts";
import { HttpProblem } from "./problem.ts";
import { comparePatterns, type RouteEntry, scanRoutes, toPattern } from "./scan.ts";
import type { Services } from "./services.ts";
import { zoneOf } from "./zone.ts";

/** What the server passes as the second argument of `app.fetch`. */
export interface AppEnv {
  Bindings: {
    /** Address of the peer; without it (tests) a loopback address. */
    remoteAddr?: string;
  };
}

const LOCAL: Principal = { name: "local", role: "admin", via: "local" };

type AppContext = HonoContext<AppEnv>;

/**
 * Builds the application.
 *
 * @param services What routes call
 * @param options The browser's files, and routes instead of those under `routes/`
 * @returns A Hono app; serve it with `Deno.serve((req, info) => app.fetch(req, { remoteAddr: … }))`
 * @throws {Error} If a route file cannot be routed or two answer the same URL
 */
export async function createApp(
  services: Services,
  options: { assets: Assets; routes?: RouteEntry[] },
): Promise<Hono<AppEnv>> {
  const setup: PageSetup = { assets: options.assets, islands: await loadIslands() };
  const app = new Hono<AppEnv>();
  for (const [pattern, module] of sortRoutes(options.routes ?? await scanRoutes())) {
    const open = isOpen(pattern);
    app.all(pattern, async (c) => {
      try {
        if (!open) assertLocal(c.req.raw, peer(c));
        return await answer(c, module, services, setup, open ? null : LOCAL);
      } catch (error) {
        return fail(c, pattern, error, setup);
      }
    });
  }
  app.notFound((c) => {
    try {
      if (!isOpen(c.req.path)) assertLocal(c.req.raw, peer(c));
      const file = options.assets.files.get(c.req.path);
      if (file && isRead(c.req.method)) return sendFile(file, c.req.raw);
      throw new HttpProblem(404, `There is nothing at ${c.req.path.slice(0, 200)}. The live page is at /.`);
    } catch (error) {
      return fail(c, "no route", error, setup);
    }
  });
  return app;
}

function sortRoutes(entries: RouteEntry[]): [string, RouteModule][] {
  const routes = new Map<string, RouteEntry>();
  for (const entry of entries) {
    const pattern = toPattern(entry.file);
    const other = routes.get(pattern);
    if (other) throw new Error(`Cannot route ${entry.file}: ${other.file} already answers ${pattern}`);
    routes.set(pattern, entry);
  }
  const sorted = [...routes].sort(([a], [b]) => comparePatterns(a, b));
  return sorted.map(([pattern, { module }]) => [pattern, module]);
}

/** Parses the URL only for handlers that look at it: readings come thousands of times a second and do not. */
class RequestContext implements Context {
  #url: URL | undefined;
  constructor(
    readonly req: Request,
    readonly params: Record<string, string>,
    readonly services: Services,
    readonly remote: string,
    readonly who: Principal | null,
  ) {}
  get url(): URL {
    return this.#url ??= new URL(this.req.url);
  }
}

async function answer(
  c: AppContext,
  module: RouteModule,
  services: Services,
  setup: PageSetup,
  who: Principal | null,
): Promise<Response> {
  const req = c.req.raw;
  const method = req.method === "HEAD" ? "GET" : req.method;
  const handler = module.handler && Object.hasOwn(module.handler, method)
    ? module.handler[method as Method]
    : undefined;
  const isPage = method === "GET" && module.default !== undefined;
  if (!handler && !isPage) throw methodProblem(req.method, c.req.path, module);
  const ctx = new RequestContext(req, c.req.param(), services, peer(c), who);
  const result = handler ? await handler(ctx) : { data: undefined };
  const response = result instanceof Response ? result : renderPage(ctx, module, result.data, setup);
  // Hono sends no body for HEAD; a stream must also learn that nobody reads it.
  if (req.method === "HEAD") await response.body?.cancel();
  return response;
}

function renderPage(ctx: Context, module: RouteModule, data: unknown, setup: PageSetup): Response {
  const Page = module.default;
  if (!Page) {
    throw new Error(`Cannot render ${ctx.url.pathname}: its handler returned data but the route has no page`);
  }
  const { url, params, who } = ctx;
  return sendDocument(
    setup,
    () =>
      h(App, {
        url,
        who,
        zone: zoneOf(ctx.req.headers.get("cookie")),
        children: h(Page, { data, url, params }),
      }),
    {
      title: module.title,
      styles: module.styles,
    },
  );
}

function methodProblem(method: string, path: string, module: RouteModule): HttpProblem {
  const methods = Object.keys(module.handler ?? {});
  if (module.default && !methods.includes("GET")) methods.unshift("GET");
  if (methods.includes("GET")) methods.push("HEAD");
  const allow = methods.join(", ");
  const detail = module.methodHint ?? `${path.slice(0, 200)} does not answer ${method}. It answers ${allow}.`;
  return new HttpProblem(405, detail, { headers: { allow } });
}

/** What the log answers when it cannot or may not take an admin's change. */
function asProblem(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  if (error instanceof Conflict) return new HttpProblem(409, `${error.message}. Read it again and retry.`);
  if (!(error instanceof Unavailable)) return null;
  return new HttpProblem(503, error.detail, { headers: { "retry-after": String(error.retryAfterS) } });
}

function fail(c: AppContext, pattern: string, error: unknown, setup: PageSetup): Response {
  const problem = asProblem(error) ?? unexpected(c.req.method, pattern, error);
  if (!c.req.header("accept")?.includes("text/html")) return problem.toResponse();
  const Body = problem.status === 404 ? NotFound : Failure;
  const { title, status } = problem.body;
  const response = sendDocument(
    setup,
    () =>
      h(App, {
        url: new URL(c.req.url),
        who: null,
        zone: zoneOf(c.req.header("cookie") ?? null),
        children: h(Body, { problem: problem.body }),
      }),
    { title, status },
  );
  for (const [name, value] of Object.entries(problem.headers)) response.headers.set(name, value);
  return response;
}

/**
 * The client gets a number to quote, the log the error with that number. The log has the route's pattern instead of the
 * path, because a path may hold a device's key.
 */
function unexpected(method: string, pattern: string, error: unknown): HttpProblem {
  const requestId = crypto.randomUUID();
  console.error(`Request ${requestId} failed: ${method} ${pattern}:`, error);
  return new HttpProblem(500, `The server met an error of its own. Its log has it under ${requestId}.`, {
    requestId,
  });
}

function peer(c: AppContext): string {
  return c.env?.remoteAddr ?? "127.0.0.1";
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
