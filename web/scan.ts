/**
 * From files under `routes/` to URL patterns.
 *
 * @module
 */
import type { RouteModule } from "./define.ts";

/** A route file and what it exports. */
export interface RouteEntry {
  /** Path below `routes/`, for example `api/sessions/[sessionId].ts`. */
  file: string;
  module: RouteModule;
}

const ROUTES = new URL("../routes/", import.meta.url);
const PARAMETER = /^\[(\.\.\.)?([A-Za-z_]\w*)\]$/;

/**
 * Imports every route file once. Tests (`_test.ts`) and files that begin with `_` are no routes.
 *
 * @param dir Folder to scan; ends with a slash
 */
export async function scanRoutes(dir: URL = ROUTES): Promise<RouteEntry[]> {
  const files = (await list(dir, "")).filter((file) => !/(^|\/)_|_test\.tsx?$/.test(file));
  return await Promise.all(
    files.map(async (file) => ({ file, module: await import(new URL(file, dir).href) })),
  );
}

async function list(dir: URL, prefix: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(prefix, dir))) {
    if (isDirectory) files.push(...await list(dir, `${prefix}${name}/`));
    else if (/\.tsx?$/.test(name)) files.push(prefix + name);
  }
  return files;
}

/**
 * The Hono pattern of a route file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toPattern } from "./scan.ts";
 *
 * assert.equal(toPattern("api/sessions/[sessionId]/index.ts"), "/api/sessions/:sessionId");
 * assert.equal(toPattern("docs/[...rest].tsx"), "/docs/:rest{.+}");
 * ```
 * @throws {Error} If a bracket does not hold a whole path segment
 */
export function toPattern(file: string): string {
  const segments = file.replace(/\.tsx?$/, "").split("/");
  if (segments.at(-1) === "index") segments.pop();
  return "/" + segments.map((segment) => {
    const [match, rest, name] = PARAMETER.exec(segment) ?? [];
    if (match) return rest ? `:${name}{.+}` : `:${name}`;
    if (/[[\]]/.test(segment)) {
      throw new Error(
        `Cannot route file ${file}: ${segment} mixes text and a parameter: expected a whole segment such as [sessionId]`,
      );
    }
    return segment;
  }).join("/");
}

/**
 * Orders patterns so that the most exact comes first: at the first segment that differs, text before a parameter before a
 * rest parameter.
 *
 * @returns Negative when `a` comes first
 */
export function comparePatterns(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = looseness(left[i]) - looseness(right[i]);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : 1;
}

function looseness(segment: string | undefined): number {
  if (segment === undefined || !segment.startsWith(":")) return 0;
  return segment.endsWith("{.+}") ? 2 : 1;
}
