import assert from "node:assert/strict";
import { createApp } from "./app.ts";
import { NO_ASSETS, toStaticFile } from "./assets.ts";
import type { Context, RouteModule } from "./define.ts";
import { HttpProblem } from "./problem.ts";
import { Refused } from "./refused.ts";
import { FakeServices } from "./testing/fake_services.ts";

function appOf(routes: Record<string, RouteModule>, assets = NO_ASSETS) {
  const entries = Object.entries(routes).map(([file, module]) => ({ file, module }));
  return createApp(new FakeServices(), { assets, routes: entries });
}

const GET = (answer: (ctx: Context) => string): RouteModule => ({
  handler: { GET: (ctx) => new Response(answer(ctx)) },
});
const HTML = { headers: { accept: "text/html,*/*;q=0.8" } };

Deno.test("createApp() prefers the exact route, then the parameter, then the rest", async () => {
  const app = await appOf({
    "api/[...rest].ts": GET(({ params }) => `rest ${params.rest}`),
    "api/[id].ts": GET(({ params }) => `id ${params.id}`),
    "api/live.ts": GET(() => "live"),
    "api/[id]/activity.csv.ts": GET(({ params }) => `csv ${params.id}`),
  });
  const text = async (path: string) => await (await app.request(path)).text();
  assert.equal(await text("/api/live"), "live");
  assert.equal(await text("/api/run%201"), "id run 1");
  assert.equal(await text("/api/run-1/activity.csv"), "csv run-1");
  assert.equal(await text("/api/a/b/c"), "rest a/b/c");
});

Deno.test("createApp() gives handlers the URL and the peer", async () => {
  const app = await appOf({ "where.ts": GET(({ url, remote }) => `${url.searchParams.get("q")} ${remote}`) });
  assert.equal(await (await app.request("/where?q=1", {}, { remoteAddr: "::1" })).text(), "1 ::1");
});

Deno.test("createApp() answers a method the route has not with 405, Allow and the route's hint", async () => {
  const app = await appOf({
    "sensor-data.ts": { handler: { POST: () => new Response("ok") }, methodHint: "Post readings as JSON." },
    "both.tsx": { handler: { PUT: () => new Response("ok") }, default: () => <p>page</p> },
  });
  const hinted = await app.request("/sensor-data");
  assert.equal(hinted.status, 405);
  assert.equal(hinted.headers.get("allow"), "POST");
  assert.equal((await hinted.json()).detail, "Post readings as JSON.");
  const page = await app.request("/both", { method: "DELETE" });
  assert.equal(page.headers.get("allow"), "GET, PUT, HEAD");
});

Deno.test("createApp() does not take a method's name from the prototype for a handler", async () => {
  const app = await appOf({ "x.ts": GET(() => "x") });
  assert.equal((await app.request("/x", { method: "constructor" })).status, 405);
});

Deno.test("createApp() answers HEAD like GET without the body, and stops the body's source", async () => {
  let cancelled = false;
  const body = () => new ReadableStream({ cancel: () => void (cancelled = true) });
  const app = await appOf({
    "live.ts": { handler: { GET: () => new Response(body(), { headers: { "x-a": "1" } }) } },
  });
  const response = await app.request("/live", { method: "HEAD" });
  assert.equal(response.headers.get("x-a"), "1");
  assert.equal(response.body, null);
  assert(cancelled);
});

Deno.test("createApp() turns an HttpProblem into problem+json, or into a page for a browser", async () => {
  const app = await appOf({
    "gone.ts": GET(() => {
      throw new HttpProblem(404, "There is no session <b>.", { headers: { "retry-after": "9" } });
    }),
  });
  const json = await app.request("/gone");
  assert.equal(json.headers.get("content-type"), "application/problem+json");
  assert.equal((await json.json()).detail, "There is no session <b>.");
  const html = await app.request("/gone", HTML);
  assert.equal(html.status, 404);
  assert.equal(html.headers.get("retry-after"), "9");
  assert.match(await html.text(), /There is no session &lt;b>\./);
});

Deno.test("createApp() hides an unexpected error from the client and logs it once under the client's number", async () => {
  const app = await appOf({
    "ingest/[token].ts": GET(() => {
      throw new TypeError("secret detail");
    }),
  });
  const logged: unknown[][] = [];
  const original = console.error;
  console.error = (...args: unknown[]) => void logged.push(args);
  try {
    const response = await app.request("/ingest/k3y");
    const text = await response.text();
    assert.equal(response.status, 500);
    assert(!text.includes("secret detail"));
    assert.equal(logged.length, 1);
    assert(String(logged[0][0]).includes(JSON.parse(text).requestId));
    assert(!String(logged[0][0]).includes("k3y"), "a device's key must not reach the log");
  } finally {
    console.error = original;
  }
});

Deno.test("createApp() renders a page without islands and without any script", async () => {
  const app = await appOf({
    "hello.tsx": {
      title: "Hello <you>",
      handler: { GET: () => ({ data: "Ann & Bob" }) },
      default: ({ data }) => <p>{String(data)}</p>,
    },
  });
  const response = await app.request("/hello");
  const html = await response.text();
  assert.match(html, /<title>Hello &lt;you> · Activity Tracker<\/title>/);
  assert.match(html, /<p>Ann &amp; Bob<\/p>/);
  assert(!html.includes("<script"));
  const policy = response.headers.get("content-security-policy")!;
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert(!policy.includes("unsafe"));
  assert.equal(response.headers.get("permissions-policy"), "accelerometer=(self), gyroscope=(self)");
});

Deno.test("createApp() opens ingest and files to any peer and keeps everything else for this machine", async () => {
  const files = new Map([["/app.css", await toStaticFile("/app.css", new TextEncoder().encode("a{}"))]]);
  const app = await appOf({
    "sensor-data.ts": { handler: { POST: () => new Response("ok") }, access: { POST: "key" } },
    "api/sessions.ts": GET(() => "[]"),
  }, { ...NO_ASSETS, files });
  const from = { remoteAddr: "192.168.1.20" };
  const phone = "http://192.168.1.5:8000";
  assert.equal((await app.request(`${phone}/sensor-data`, { method: "POST" }, from)).status, 200);
  assert.equal((await app.request(`${phone}/app.css`, {}, from)).status, 200);
  assert.equal((await app.request(`${phone}/sensor-data`, {}, from)).status, 405);
  for (const path of ["/api/sessions", "/nothing"]) {
    assert.equal((await app.request(`${phone}${path}`, {}, from)).status, 403, path);
  }
  assert.equal((await app.request("http://localhost/api/sessions")).status, 200);
});

Deno.test("createApp() serves static files by exact path only", async () => {
  const files = new Map([["/app.css", await toStaticFile("/app.css", new TextEncoder().encode("a{}"))]]);
  const app = await appOf({}, { ...NO_ASSETS, files });
  assert.equal((await app.request("/app.css")).status, 200);
  assert.equal((await app.request("/app.css", { method: "POST" })).status, 404);
  for (const path of ["/../deno.json", "/%2e%2e/deno.json", "/..%2fdeno.json", "/app.css/", "//app.css"]) {
    assert.equal((await app.request(`http://localhost${path}`)).status, 404, path);
  }
});

Deno.test("createApp() refuses two files that answer the same URL", async () => {
  await assert.rejects(
    appOf({ "api.ts": {}, "api/index.ts": {} }),
    /api\/index\.ts: api\.ts already answers \/api/,
  );
});

Deno.test("createApp() ends an event stream within seconds when its viewer is signed out", async () => {
  const services = new FakeServices();
  const secret = await services.users.makeFirstAdmin("Anna", "correct horse battery", "");
  let source!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (source = controller),
    cancel: () => void (cancelled = true),
  });
  const headers = { "content-type": "text/event-stream" };
  const live: RouteModule = { handler: { GET: () => new Response(body, { headers }) } };
  const app = await createApp(services, { assets: NO_ASSETS, routes: [{ file: "live.ts", module: live }] });
  const ticks: [check: () => void, ms: number][] = [];
  const original = globalThis.setInterval;
  globalThis.setInterval = ((check: () => void, ms: number) => ticks.push([check, ms])) as typeof setInterval;
  try {
    const response = await app.request("/live", { headers: { cookie: `session=${secret}` } });
    const reader = response.body!.getReader();
    const [[check, ms]] = ticks;
    assert.equal(ms, 10_000);
    check();
    source.enqueue(new TextEncoder().encode("a"));
    assert.equal((await reader.read()).done, false);
    await services.users.signOut("anna", null, "Anna");
    check();
    assert.equal((await reader.read()).done, true);
    assert(cancelled);
  } finally {
    globalThis.setInterval = original;
  }
});

Deno.test("createApp() lets no cache keep what someone had to sign in for", async () => {
  const app = await appOf({
    "a.ts": { handler: { GET: () => Response.json({}) } },
    "b.ts": { handler: { GET: () => Response.json({}, { headers: { "cache-control": "private" } }) } },
    "c.ts": { handler: { GET: () => Response.json({}) }, access: { GET: "key" } },
  });
  const caching = async (path: string) => (await app.request(path)).headers.get("cache-control");
  assert.deepEqual([await caching("/a"), await caching("/b"), await caching("/c")], [
    "no-store",
    "private",
    null,
  ]);
});

Deno.test("createApp() answers a change that does not fit with 422 and the field at fault", async () => {
  const app = await appOf({
    "a.ts": GET(() => {
      throw new Refused("/name", "is taken");
    }),
  });
  const response = await app.request("/a");
  const { detail, errors } = await response.json();
  assert.deepEqual([response.status, detail, errors], [422, "name: is taken", [{
    pointer: "/name",
    detail: "is taken",
  }]]);
});
