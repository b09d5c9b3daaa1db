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
import { type Assets, sendFile } from "./assets.ts";
import { admit, identify, SignInNeeded } from "./auth/identify.ts";
import { signInPath } from "./auth/next_path.ts";
import { assertOwnPage } from "./auth/own_page.ts";
import { untilOut } from "./auth/until_out.ts";
import type { Access, Context, Method, PageData, Principal, RouteModule } from "./define.ts";
import { type PageSetup, sendDocument } from "./document.ts";
import { loadIslands } from "./islands.ts";
import { seeOther } from "./forms.ts";
import { HttpProblem } from "./problem.ts";
import { Refused } from "./refused.ts";
import { PathRouter } from "./router.ts";
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

/** Everything about one request that its answer depends on, beside the route. */
interface Asking {
  who: Principal | null;
  /** Whether the same request would still be let in. */
  isIn(): boolean;
}

const NOBODY: Asking = { who: null, isIn: () => true };
/** From anyone to few. */
const ACCESS_ORDER: Access[] = ["open", "key", "machine", "viewer", "admin"];

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
  const app = new Hono<AppEnv>({ router: new PathRouter() });
  /** @throws HttpProblem for those who may not */
  const letIn = (c: AppContext, access: Access): Asking => {
    if (access === "key") return NOBODY;
    const req = c.req.raw;
    assertOwnPage(req);
    const ask = () => admit(access, identify(req, peer(c), services), req, peer(c));
    const who = ask();
    const isIn = () => {
      try {
        return access === "open" || ask() !== null;
      } catch (error) {
        if (error instanceof HttpProblem) return false;
        throw error;
      }
    };
    return { who, isIn };
  };
  for (const [pattern, module] of sortRoutes(options.routes ?? await scanRoutes())) {
    const access = accessOf(module);
    app.all(pattern, async (c) => {
      let asking = NOBODY;
      try {
        asking = letIn(c, access(c.req.method));
        return await answer(c, module, services, setup, asking);
      } catch (error) {
        return fail(c, pattern, error, setup, asking.who);
      }
    });
  }
  app.notFound((c) => {
    let who: Principal | null = null;
    try {
      const file = options.assets.files.get(c.req.path);
      if (file && isRead(c.req.method)) return sendFile(file, c.req.raw);
      who = letIn(c, "viewer").who;
      throw new HttpProblem(404, `There is nothing at ${c.req.path.slice(0, 200)}. The live page is at /.`);
    } catch (error) {
      return fail(c, "no route", error, setup, who);
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

/** What each method needs; one that the route has not is told to whoever may call another. */
function accessOf(module: RouteModule): (method: string) => Access {
  const needs = new Map(
    methodsOf(module).map((method): [string, Access] => [
      method,
      module.access?.[method as Method] ?? (method === "GET" ? "viewer" : "admin"),
    ]),
  );
  const get = needs.get("GET");
  if (get !== undefined) needs.set("HEAD", get);
  const loosest = [...needs.values()].sort((a, b) => ACCESS_ORDER.indexOf(a) - ACCESS_ORDER.indexOf(b))[0];
  const other = loosest === "key" ? "open" : loosest ?? "admin";
  return (method) => needs.get(method) ?? other;
}

function methodsOf(module: RouteModule): string[] {
  const methods = Object.keys(module.handler ?? {});
  return module.default && !methods.includes("GET") ? ["GET", ...methods] : methods;
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
  { who, isIn }: Asking,
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
  let response = result instanceof Response ? result : renderPage(ctx, module, result, setup);
  if (who !== null) {
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      response = untilOut(response, isIn);
    }
  }
  // Hono sends no body for HEAD; a stream must also learn that nobody reads it.
  if (req.method === "HEAD") await response.body?.cancel();
  return response;
}

function renderPage(ctx: Context, module: RouteModule, page: PageData, setup: PageSetup): Response {
  const Page = module.default;
  if (!Page) {
    throw new Error(`Cannot render ${ctx.url.pathname}: its handler returned data but the route has no page`);
  }
  const { url, params, who } = ctx;
  const { data, status, headers = {} } = page;
  const response = sendDocument(
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
      status,
    },
  );
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

function methodProblem(method: string, path: string, module: RouteModule): HttpProblem {
  const methods = methodsOf(module);
  if (methods.includes("GET")) methods.push("HEAD");
  const allow = methods.join(", ");
  const detail = module.methodHint ?? `${path.slice(0, 200)} does not answer ${method}. It answers ${allow}.`;
  return new HttpProblem(405, detail, { headers: { allow } });
}

/** What the log answers when it cannot or may not take an admin's change. */
function asProblem(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  if (error instanceof Conflict) return new HttpProblem(409, `${error.message}. Read it again and retry.`);
  if (error instanceof Refused) {
    const { pointer, message } = error;
    const errors = pointer === "" ? [] : [{ pointer, detail: message }];
    return new HttpProblem(422, pointer === "" ? message : `${pointer.slice(1)}: ${message}`, { errors });
  }
  if (!(error instanceof Unavailable)) return null;
  return new HttpProblem(503, error.detail, { headers: { "retry-after": String(error.retryAfterS) } });
}

function fail(
  c: AppContext,
  pattern: string,
  error: unknown,
  setup: PageSetup,
  who: Principal | null,
): Response {
  const problem = asProblem(error) ?? unexpected(c.req.method, pattern, error);
  if (!c.req.header("accept")?.includes("text/html")) return problem.toResponse();
  if (problem instanceof SignInNeeded && isRead(c.req.method)) {
    return seeOther(signInPath(new URL(c.req.url)));
  }
  const Body = problem.status === 404 ? NotFound : Failure;
  const { title, status } = problem.body;
  const response = sendDocument(
    setup,
    () =>
      h(App, {
        url: new URL(c.req.url),
        who,
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
