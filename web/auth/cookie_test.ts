import assert from "node:assert/strict";
import { sessionCookie, sessionSecret } from "./cookie.ts";

const SECRET = "s".repeat(43);
const request = (url: string, headers: Record<string, string> = {}) => new Request(url, { headers });

Deno.test("sessionCookie() is for this host alone, out of scripts' reach, and secure over TLS", () => {
  assert.equal(
    sessionCookie(request("http://a.example/"), SECRET),
    `session=${SECRET}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600`,
  );
  const secure = `__Host-session=${SECRET}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure`;
  assert.equal(sessionCookie(request("https://a.example/"), SECRET), secure);
  const proxied = request("http://a.example/", { "x-forwarded-proto": "https, http" });
  assert.equal(sessionCookie(proxied, SECRET), secure);
  assert.equal(
    sessionCookie(request("http://a.example/"), null),
    "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
  );
});

const COOKIES: [url: string, cookie: string | null, secret: string | null][] = [
  ["http://a.example/", null, null],
  ["http://a.example/", `tz=UTC; session=${SECRET}`, SECRET],
  ["http://a.example/", `tz=UTC;session=${SECRET};x=1`, SECRET],
  ["http://a.example/", `xsession=${SECRET}`, null],
  ["http://a.example/", "session=short", null],
  ["http://a.example/", `session=${SECRET.slice(1)}"`, null],
  ["http://a.example/", `__Host-session=${SECRET}`, null],
  ["https://a.example/", `__Host-session=${SECRET}`, SECRET],
  // What a neighbouring host or plain HTTP could have planted.
  ["https://a.example/", `session=${SECRET}`, null],
];
for (const [url, cookie, secret] of COOKIES) {
  Deno.test(`sessionSecret() of ${JSON.stringify(cookie)} to ${url} is ${secret === null ? "none" : "it"}`, () => {
    const headers: Record<string, string> = cookie === null ? {} : { cookie };
    assert.equal(sessionSecret(request(url, headers)), secret);
  });
}
