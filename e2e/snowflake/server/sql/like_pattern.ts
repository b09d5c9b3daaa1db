/**
 * Patterns of SHOW … LIKE.
 *
 * @module
 */
/** `%` any text, `_` any character, in any case; a backslash takes them as they are. */
export function likePattern(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\?[^]/g, (part) => {
    if (part === "%") return "[^]*";
    if (part === "_") return "[^]";
    return (part.length > 1 ? part[1] : part).replace(/[.*+?^${}()|[\]\\]/, "\\$&");
  });
  return new RegExp(`^${source}$`, "i");
}
