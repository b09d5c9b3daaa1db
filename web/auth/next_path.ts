/**
 * Where someone wanted to go before signing in.
 *
 * @module
 */

const MAX_LENGTH = 2000;
/** A base that no path of ours leaves. */
const BASE = "http://own.invalid";

/**
 * Takes a path of this server, and nothing that a browser would take for another's: `//evil.example`, `/\evil.example`, whole
 * addresses.
 *
 * @returns the path with its query and fragment; "/" for anything else
 */
export function ownPath(text: string | null): string {
  // deno-lint-ignore no-control-regex
  if (text === null || text.length > MAX_LENGTH || !/^\/(?![/\\])[^\u0000-\u0020\\\u007f]*$/.test(text)) {
    return "/";
  }
  const url = URL.parse(text, BASE);
  if (url === null || url.origin !== BASE) return "/";
  const path = url.pathname + url.search + url.hash;
  // Dots in the path may have led to two slashes.
  return path.startsWith("//") ? "/" : path;
}

/** The sign-in page that leads back to where the request wanted to go. */
export function signInPath(url: URL): string {
  const next = url.pathname + url.search;
  return next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`;
}
