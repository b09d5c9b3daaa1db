/**
 * Files the browser loads: `static/` as it is, and the built islands under `/build/`.
 *
 * All of them are read into memory at start (well under a megabyte), so a request is a map look-up and no path from the
 * network ever reaches the file system.
 *
 * @module
 */

/** One file, ready to send. */
export interface StaticFile {
  body: Uint8Array<ArrayBuffer>;
  contentType: string;
  /** Quoted, as the header wants it. */
  etag: string;
  /** Whether the name carries a hash of the content, so that it may be cached for ever. */
  immutable: boolean;
}

/** Where the built islands are, as URL paths. */
export interface Manifest {
  /** The module that starts the islands of a page. */
  boot: string;
  /** Island name to its module. */
  islands: Record<string, string>;
  /** Module to the modules it imports, all levels. */
  imports: Record<string, string[]>;
}

export interface Assets {
  /** By URL path, for example `/app.css`. */
  files: ReadonlyMap<string, StaticFile>;
  manifest: Manifest;
}

/** For tests of routes that send no page with islands. */
export const NO_ASSETS: Assets = { files: new Map(), manifest: { boot: "", islands: {}, imports: {} } };

export const STATIC = new URL("../static/", import.meta.url);
export const BUILD_PREFIX = "/build/";
export const MANIFEST_FILE = "manifest.json";

const YEAR_S = 31_536_000;
const CONTENT_TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
};

/**
 * Reads `static/` with the islands that `deno task build` made.
 *
 * @throws {Error} If the islands were not built
 */
export async function loadAssets(dir: URL = STATIC): Promise<Assets> {
  const files = await readStatic(dir);
  const manifest = files.get(BUILD_PREFIX + MANIFEST_FILE);
  if (!manifest) {
    throw new Error("Cannot find static/build/manifest.json: run `deno task build` once, then start again");
  }
  return { files, manifest: JSON.parse(new TextDecoder().decode(manifest.body)) };
}

/** Reads every file below `dir`, by URL path. */
export async function readStatic(dir: URL, prefix = "/"): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for await (const entry of Deno.readDir(dir)) {
    if (entry.isDirectory) {
      const inner = await readStatic(new URL(`${entry.name}/`, dir), `${prefix}${entry.name}/`);
      inner.forEach((file, path) => files.set(path, file));
    } else if (entry.isFile) {
      const path = prefix + entry.name;
      files.set(path, await toStaticFile(path, await Deno.readFile(new URL(entry.name, dir))));
    }
  }
  return files;
}

/** Prepares one file; everything below `/build/` but the manifest has a hashed name. */
export async function toStaticFile(path: string, body: Uint8Array<ArrayBuffer>): Promise<StaticFile> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return {
    body,
    contentType: CONTENT_TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    etag: `"${digest.toHex().slice(0, 16)}"`,
    immutable: path.startsWith(BUILD_PREFIX) && !path.endsWith(MANIFEST_FILE),
  };
}

/** Answers a GET of a file: 200, or 304 when the browser has it. */
export function sendFile(file: StaticFile, req: Request): Response {
  const headers = {
    "content-type": file.contentType,
    "cache-control": file.immutable ? `public, max-age=${YEAR_S}, immutable` : "no-cache",
    "etag": file.etag,
    "x-content-type-options": "nosniff",
  };
  if (req.headers.get("if-none-match") === file.etag) return new Response(null, { status: 304, headers });
  return new Response(file.body, { headers });
}
