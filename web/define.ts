/**
 * What a route module exports, typed.
 *
 * @module
 */
import type { ComponentType } from "preact";
import type { Role, Services } from "./services.ts";

/** Who asks: what handlers note beside a change, and decide by. */
export interface Principal {
  /** A user's or token's name; "local" for whoever sits at the machine before there is an admin. */
  name: string;
  role: Role;
  via: "session" | "token" | "local";
  /** Of the user who is signed in; null for tokens and "local". */
  userId: string | null;
  /** Of the session that is signed in with; null for tokens and "local". */
  sessionId: string | null;
}

/**
 * Who may call a method of a route: anyone; whoever has a device's key, which the handler checks, so that a page of another site
 * may send readings too; viewers, and programs on this machine without signing in; viewers; admins.
 */
export type Access = "open" | "key" | "machine" | "viewer" | "admin";

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
/** What the page component of the same module is rendered with. */
export interface PageData<T = unknown> {
  data: T;
  /** 200 when not given. */
  status?: number;
  headers?: Record<string, string>;
}
/** A handler answers with a Response, or with data for the page. */
export type Handler<T = unknown> = (ctx: Context) => Response | PageData<T> | Promise<Response | PageData<T>>;
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
