import assert from "node:assert/strict";
import fc from "fast-check";
import { TrieRouter } from "hono/router/trie-router";
import { PathRouter } from "./router.ts";
import { comparePatterns, scanRoutes, toPattern } from "./scan.ts";

const PATTERNS = (await scanRoutes()).map(({ file }) => toPattern(file)).sort(comparePatterns);

function routerOf(patterns: string[]): (path: string) => [string, Record<string, string>] | null {
  const router = new PathRouter<string>();
  for (const pattern of patterns) router.add("ALL", pattern, pattern);
  return (path) => {
    const [[first]] = router.match("GET", path);
    return first === undefined ? null : [first[0], first[1] as Record<string, string>];
  };
}

Deno.test("a name goes before a parameter, a parameter before the rest", () => {
  const match = routerOf(["/ingest/phyphox/:token", "/ingest/:token", "/docs/:rest{.+}"]);
  assert.deepEqual(match("/ingest/at_x"), ["/ingest/:token", { token: "at_x" }]);
  assert.deepEqual(match("/ingest/phyphox/at_x"), ["/ingest/phyphox/:token", { token: "at_x" }]);
  assert.deepEqual(match("/docs/a/b/c"), ["/docs/:rest{.+}", { rest: "a/b/c" }]);
  for (const path of ["/ingest", "/ingest/", "/ingest/a/b", "/docs", "/docs/", "/", ""]) {
    assert.equal(match(path), null, path);
  }
});

Deno.test("a path that is added twice is refused", () => {
  assert.throws(() => routerOf(["/a", "/a"]), /Cannot route \/a: it is there already/);
});

Deno.test("every route of the program is found where Hono's own router finds it", () => {
  const match = routerOf(PATTERNS);
  const trie = new TrieRouter<string>();
  for (const pattern of PATTERNS) trie.add("ALL", pattern, pattern);
  const segment = fc.constantFrom(...new Set(PATTERNS.flatMap((pattern) => pattern.split("/"))), "x", "%2F");
  const made = fc.constantFrom(...PATTERNS).chain((pattern) =>
    fc.tuple(...pattern.split("/").map((part) => part.startsWith(":") ? segment : fc.constant(part)))
  );
  const any = fc.array(segment, { maxLength: 6 }).map((parts) => ["", ...parts]);
  fc.assert(
    fc.property(fc.oneof(made, any), (parts) => {
      const path = parts.filter((part) => !part.includes("{")).join("/") || "/";
      if (path.includes("//") || path.endsWith("/") && path !== "/") return;
      const [[first]] = trie.match("GET", path) as [[string, Record<string, string>][]];
      const expected = first === undefined ? null : [first[0], { ...first[1] }];
      assert.deepEqual(match(path), expected, path);
    }),
    { numRuns: 2000 },
  );
});
