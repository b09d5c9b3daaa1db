import assert from "node:assert/strict";
import { ownPath, signInPath } from "./next_path.ts";

const OWN = [
  "/",
  "/sessions?deviceId=a%20b&from=1",
  "/sessions/run-1#end",
  "/a/../users",
  "/live/%E2%82%AC",
  "/?next=//evil",
];
for (const path of OWN) {
  Deno.test(`ownPath() takes ${path}`, () => {
    const url = new URL(path, "http://own.example");
    assert.equal(ownPath(path), url.pathname + url.search + url.hash);
  });
}

const FOREIGN = [
  null,
  "",
  "sessions",
  "https://evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "/\\/evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  " //evil.example",
  "/ /evil.example",
  "/..//evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "/%2e//evil.example",
  "javascript:alert(1)",
  "/\u0000",
  "/a\r\nset-cookie: x=1",
  `/${"a".repeat(2000)}`,
];
for (const path of FOREIGN) {
  Deno.test(`ownPath() leads home instead of to ${JSON.stringify(path)?.slice(0, 40)}`, () => {
    const own = ownPath(path);
    assert.equal(own, "/");
    assert.equal(new URL(own, "http://own.example").host, "own.example");
  });
}

Deno.test("signInPath() leads back to where one wanted to go", () => {
  const path = signInPath(new URL("http://own.example/sessions?label=any&q=a b"));
  assert.equal(
    ownPath(new URL(path, "http://own.example").searchParams.get("next")),
    "/sessions?label=any&q=a%20b",
  );
  assert.equal(signInPath(new URL("http://own.example/")), "/sign-in");
});
