/**
 * What a route module exports, typed.
 *
 * @module
 */
import type { ComponentType } from "preact";
import type { Services } from "./services.ts";

/** Who asks: what handlers note beside a change, and decide by. */
export interface Principal {
  /** A user's or token's name; "local" for whoever sits at the machine before there is an admin. */
  name: string;
  role: "viewer" | "admin";
  via: "session" | "token" | "local";
}

/** Who may call a method of a route. */
export type Access = "open" | "viewer" | "admin";

/** One request as a handler sees it. */
export interface Context {
  req: Request;
  /** Path parameters, decoded: `routes/api/sessions/[sessionId].ts` gives `params.sessionId`. */
  params: Record<string, string>;
  url: URL;
  services: Services;
  /** Address of the peer as the socket tells, for example "127.0.0.1". */
  remote: string;
  /** null on open routes, for those who did not say who they are. */
  who: Principal | null;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** A handler answers with a Response, or with data for the page component of the same module. */
export type Handler<T = unknown> = (ctx: Context) => Response | { data: T } | Promise<Response | { data: T }>;
export type Handlers<T = unknown> = Partial<Record<Method, Handler<T>>>;
export interface PageProps<T = unknown> {
  data: T;
  url: URL;
  params: Record<string, string>;
}

/** A file under `routes/`: `handler`, a default page component, or both. */
export interface RouteModule {
  handler?: Handlers;
  default?: ComponentType<PageProps>;
  /** Title of the page; the program's name is added. */
  title?: string;
  /** Style sheets of the page beside `/app.css`, for example `/sessions.css`. */
  styles?: string[];
  /** Who may call it; by default viewers may GET and admins everything. */
  access?: Partial<Record<Method, Access>>;
  /** Detail of the answer to a method the route has not, for example how to post readings. */
  methodHint?: string;
}

/** Returns its argument; gives a route's handlers their types. */
export const handlers = <T>(h: Handlers<T>): Handlers<T> => h;
