/**
 * Who may call what, route by route, from another machine and once there is an admin; and what attackers try.
 */
import assert from "node:assert/strict";
import { createApp } from "../web/app.ts";
import { NO_ASSETS } from "../web/assets.ts";
import { buildAssets } from "../web/build.ts";
import type { Access, Method, RouteModule } from "../web/define.ts";
import { scanRoutes, toPattern } from "../web/scan.ts";
import { FakeServices } from "../web/testing/fake_services.ts";

/** Every method of every route. A new route has to be added here: who may call it is decided, not inherited. */
const TABLE: Record<string, Access> = {
  "GET /": "viewer",
  "GET /account": "viewer",
  "POST /account": "viewer",
  "GET /audit": "admin",
  "GET /ca.crt": "open",
  "GET /dead-letters": "viewer",
  "GET /dead-letters/:topic/:partition/:offset": "viewer",
  "GET /devices": "viewer",
  "GET /devices/:deviceId": "viewer",
  "GET /grafana/:file": "viewer",
  "GET /healthz": "open",
  "POST /ingest/:token": "key",
  "POST /ingest/phyphox/:token": "key",
  "GET /ingest/phyphox/:token/experiment": "key",
  "GET /live/:deviceId": "viewer",
  "GET /metrics": "machine",
  "GET /phone": "open",
  "GET /readyz": "open",
  "POST /sensor-data": "key",
  "GET /sessions": "viewer",
  "GET /sessions/:sessionId": "viewer",
  "GET /setup": "open",
  "POST /setup": "open",
  "GET /sign-in": "open",
  "POST /sign-in": "open",
  "GET /status": "viewer",
  "GET /thresholds": "viewer",
  "GET /trust": "open",
  "GET /users": "admin",
  "POST /users": "admin",
  "GET /api/activity": "viewer",
  "GET /api/audit": "admin",
  "GET /api/dead-letters": "viewer",
  "POST /api/dead-letters/discard": "admin",
  "POST /api/dead-letters/redrive": "admin",
  "DELETE /api/dead-letters/:topic/:partition/:offset": "admin",
  "GET /api/dead-letters/:topic/:partition/:offset/value": "viewer",
  "POST /api/dead-letters/:topic/:partition/:offset/redrive": "admin",
  "POST /api/demo": "admin",
  "GET /api/devices": "viewer",
  "POST /api/devices": "admin",
  "PATCH /api/devices/:deviceId": "admin",
  "DELETE /api/devices/:deviceId": "admin",
  "POST /api/devices/:deviceId/key": "admin",
  "DELETE /api/devices/:deviceId/key": "admin",
  "POST /api/devices/:deviceId/pairing": "admin",
  "POST /api/devices/:deviceId/restore": "admin",
  "GET /api/live": "viewer",
  "GET /api/live/raw": "viewer",
  "GET /api/log": "viewer",
  "GET /api/openapi.json": "viewer",
  "POST /api/pair": "open",
  "GET /api/phone": "open",
  "GET /api/sessions": "viewer",
  "POST /api/sessions/import": "admin",
  "GET /api/sessions/:sessionId": "viewer",
  "GET /api/sessions/:sessionId/activity": "viewer",
  "PATCH /api/sessions/:sessionId": "admin",
  "DELETE /api/sessions/:sessionId": "admin",
  "GET /api/sessions/:sessionId/activity.csv": "viewer",
  "GET /api/sessions/:sessionId/activity.parquet": "viewer",
  "PUT /api/sessions/:sessionId/labels/:span": "admin",
  "DELETE /api/sessions/:sessionId/labels/:span": "admin",
  "POST /api/sessions/:sessionId/reclassify": "admin",
  "POST /api/sessions/:sessionId/restore": "admin",
  "GET /api/sessions/:sessionId/series": "viewer",
  "GET /api/status": "viewer",
  "GET /api/thresholds": "viewer",
  "PUT /api/thresholds": "admin",
  "GET /api/thresholds/history": "viewer",
  "POST /api/thresholds/histogram": "viewer",
  "POST /api/thresholds/preview": "viewer",
  "POST /api/thresholds/suggest": "viewer",
  "GET /api/tokens": "viewer",
  "POST /api/tokens": "viewer",
  "DELETE /api/tokens/:tokenId": "viewer",
  "GET /api/users": "admin",
  "POST /api/users": "admin",
  "PATCH /api/users/:userId": "admin",
  "DELETE /api/users/:userId": "admin",
  "DELETE /api/users/:userId/sessions": "admin",
};

const PASSWORD = "correct horse battery";
const ORIGIN = "http://tracker.example:8000";
const ELSEWHERE = "192.0.2.7";
const KEY = "at_" + "k".repeat(43);
const FORM = "application/x-www-form-urlencoded";
const LET_IN = 204;

const routes = await scanRoutes();
const methodsOf = ({ handler, default: page }: RouteModule) =>
  [...new Set([...page ? ["GET"] : [], ...Object.keys(handler ?? {})])] as Method[];

const DECLARED: Record<string, Access> = Object.fromEntries(
  routes.flatMap(({ file, module }) =>
    methodsOf(module).map((method) => {
      const standard = method === "GET" ? "viewer" : "admin";
      return [`${method} ${toPattern(file)}`, module.access?.[method] ?? standard];
    })
  ),
);

/** The routes with their access, but with handlers that only say that they were reached. */
const stubs = routes.map(({ file, module }) => {
  const handler = Object.fromEntries(
    methodsOf(module).map((method) => [method, () => new Response(null, { status: LET_IN })]),
  );
  return { file, module: { access: module.access, handler } };
});

/** An installation with an admin, a viewer, and what each of them may have in hand. */
async function installation() {
  const services = new FakeServices();
  const { users, tokens } = services;
  services.nowMs -= 15 * 86_400_000;
  const expired = await users.makeFirstAdmin("Anna", PASSWORD, "");
  services.nowMs += 15 * 86_400_000;
  await users.create("Ben", "viewer", PASSWORD, "Anna");
  const signIn = async (name: string) => (await users.signIn(name, PASSWORD, ""))!.secret;
  const admin = await signIn("anna");
  const signedOut = await signIn("anna");
  await users.signOut("anna", users.bySession(signedOut)!.sessionId, "Anna");
  let count = 0;
  const token = async (owner: string, scope: "read" | "admin", expiresAtMs: number | null = null) => {
    const request = {
      name: `x${++count}`,
      ownerUid: users.uidOf(owner),
      ownerName: owner,
      scopes: [scope],
      expiresAtMs,
    };
    return await tokens.create(request, owner);
  };
  const revoked = await token("anna", "admin");
  await tokens.revoke(revoked.token.tokenId, "Anna");
  const ending = await token("anna", "admin", services.nowMs + 1);
  await users.create("Cleo", "admin", PASSWORD, "Anna");
  const ofRemoved = await token("cleo", "admin");
  await users.remove("cleo", "Anna");
  services.nowMs += 1;
  const cookie = (secret: string) => ({ cookie: `session=${secret}` });
  const bearer = ({ secret }: { secret: string }) => ({ authorization: `Bearer ${secret}` });
  const hands = {
    nothing: {},
    "an expired session": cookie(expired),
    "a session that was signed out": cookie(signedOut),
    "a made-up session": cookie("x".repeat(43)),
    "a viewer's session": cookie(await signIn("ben")),
    "an admin's session": cookie(admin),
    "a token that reads": bearer(await token("anna", "read")),
    "a token that changes things": bearer(await token("anna", "admin")),
    "a viewer's token made to change things": bearer(await token("ben", "admin")),
    "a revoked token": bearer(revoked),
    "an expired token": bearer(ending),
    "the token of someone removed": bearer(ofRemoved),
    "a made-up token": bearer({ secret: `att_${"x".repeat(43)}` }),
    "a device's key": { authorization: `Bearer ${KEY}` },
    "a device's key as X-API-Key": { "x-api-key": KEY },
  };
  return { services, hands };
}
type Hand = keyof Awaited<ReturnType<typeof installation>>["hands"];

/** Statuses by access: open, key, machine, viewer, admin. */
const ANYONE = [LET_IN, LET_IN];
const EXPECTED: Record<Hand, number[]> = {
  nothing: [...ANYONE, 401, 401, 401],
  "an expired session": [...ANYONE, 401, 401, 401],
  "a session that was signed out": [...ANYONE, 401, 401, 401],
  "a made-up session": [...ANYONE, 401, 401, 401],
  "a viewer's session": [...ANYONE, LET_IN, LET_IN, 403],
  "an admin's session": [...ANYONE, LET_IN, LET_IN, LET_IN],
  "a token that reads": [...ANYONE, LET_IN, LET_IN, 403],
  "a token that changes things": [...ANYONE, LET_IN, LET_IN, LET_IN],
  "a viewer's token made to change things": [...ANYONE, LET_IN, LET_IN, 403],
  "a revoked token": [...ANYONE, 401, 401, 401],
  "an expired token": [...ANYONE, 401, 401, 401],
  "the token of someone removed": [...ANYONE, 401, 401, 401],
  "a made-up token": [...ANYONE, 401, 401, 401],
  "a device's key": [...ANYONE, 403, 403, 403],
  "a device's key as X-API-Key": [...ANYONE, 403, 403, 403],
};
const ORDER: Access[] = ["open", "key", "machine", "viewer", "admin"];

/** Calls every method of every route and compares with what is expected of each access. */
async function checkAll(
  services: FakeServices,
  headers: Record<string, string>,
  expected: (access: Access, method: string) => number,
  { remoteAddr = ELSEWHERE, origin = ORIGIN } = {},
): Promise<void> {
  const app = await createApp(services, { assets: NO_ASSETS, routes: stubs });
  const wrong: string[] = [];
  for (const endpoint of Object.keys(TABLE).filter((endpoint) => endpoint in DECLARED)) {
    const access = TABLE[endpoint];
    const [method, pattern] = endpoint.split(" ");
    const path = pattern.replaceAll(/:\w+/g, "x");
    const { status } = await app.request(origin + path, { method, headers }, { remoteAddr });
    if (status !== expected(access, method)) wrong.push(`${endpoint}: ${status}`);
  }
  assert.deepEqual(wrong, []);
}

Deno.test("the table has every method of every route, and what each one declares", () => {
  assert.deepEqual(DECLARED, TABLE);
});

for (const [hand, statuses] of Object.entries(EXPECTED)) {
  Deno.test(`with ${hand}, from another machine, every route answers as the table says`, async () => {
    const { services, hands } = await installation();
    await checkAll(services, hands[hand as Hand], (access) => statuses[ORDER.indexOf(access)]);
  });
}

const FOREIGN_PAGES: [what: string, headers: Record<string, string>][] = [
  ["origin", { origin: "https://evil.example" }],
  ["origin without a name", { origin: "null" }],
  ["site", { "sec-fetch-site": "cross-site" }],
];
for (const [what, headers] of FOREIGN_PAGES) {
  Deno.test(`a page of another ${what} changes nothing, whoever is signed in`, async () => {
    const { services, hands } = await installation();
    await checkAll(
      services,
      { ...hands["an admin's session"], ...headers },
      (access, method) => method === "GET" || access === "key" ? LET_IN : 403,
    );
  });
}

Deno.test("once there is an admin this machine has to sign in too, except for the metrics", async () => {
  const { services } = await installation();
  const here = { remoteAddr: "127.0.0.1", origin: "http://localhost:8000" };
  const expected = (access: Access) => ["viewer", "admin"].includes(access) ? 401 : LET_IN;
  await checkAll(services, {}, expected, here);
  const proxied = (access: Access) => ["viewer", "admin", "machine"].includes(access) ? 401 : LET_IN;
  await checkAll(services, { "x-forwarded-for": ELSEWHERE }, proxied, here);
});

Deno.test("before there is an admin this machine may do everything, and others nothing", async () => {
  const here = { remoteAddr: "127.0.0.1", origin: "http://localhost:8000" };
  await checkAll(new FakeServices(), {}, () => LET_IN, here);
  const foreign = (access: Access) => access === "open" || access === "key" ? LET_IN : 403;
  await checkAll(new FakeServices(), {}, foreign);
  await checkAll(new FakeServices(), {}, foreign, { ...here, origin: "http://rebound.example:8000" });
  await checkAll(new FakeServices(), { "x-real-ip": ELSEWHERE }, foreign, here);
});

Deno.test("a session of an older server's first admin is nothing before there is one here", async () => {
  await checkAll(
    new FakeServices(),
    { cookie: `session=${"x".repeat(43)}` },
    (access) => access === "open" || access === "key" ? LET_IN : 403,
  );
});

/** The real routes, from another machine. */
async function realApp(assets = NO_ASSETS) {
  const { services, hands } = await installation();
  const app = await createApp(services, { assets });
  const call = async (path: string, init: RequestInit = {}) =>
    await app.request(ORIGIN + path, init, { remoteAddr: ELSEWHERE });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams(fields).toString();
    const length = String(body.length);
    return call(path, {
      method: "POST",
      body,
      headers: { "content-type": FORM, "content-length": length, ...headers },
    });
  };
  return { services, hands, call, post };
}

const cookieOf = (response: Response) =>
  /session=([\w-]*)/.exec(response.headers.get("set-cookie") ?? "")?.[1];

Deno.test("a session that someone planted in the browser is not the one that signing in makes", async () => {
  const { post, services } = await realApp();
  const planted = "p".repeat(43);
  const headers = { cookie: `session=${planted}` };
  const response = await post("/sign-in", { name: "anna", password: PASSWORD }, headers);
  assert.equal(response.status, 303);
  assert.match(response.headers.get("set-cookie")!, /; HttpOnly; SameSite=Lax/);
  assert.notEqual(cookieOf(response), planted);
  assert.equal(services.users.bySession(planted), null);
  assert.equal(services.users.bySession(cookieOf(response)!)?.name, "Anna");
});

Deno.test("signing in as someone else ends the session that the browser had", async () => {
  const { post, services, hands } = await realApp();
  const before = hands["a viewer's session"].cookie;
  await post("/sign-in", { name: "anna", password: PASSWORD }, { cookie: before });
  assert.equal(services.users.bySession(before.slice("session=".length)), null);
});

Deno.test("guessing is slowed down, told in Retry-After and in the audit, and unknown names look the same", async () => {
  const { post, services } = await realApp();
  const answers: [string, number, string][] = [];
  for (const name of ["anna", "nobody"]) {
    for (let i = 0; i < 11; i++) {
      const response = await post("/sign-in", { name, password: `guess ${i}` });
      assert.equal(response.headers.get("set-cookie"), null);
      answers.push([name, response.status, response.headers.get("retry-after") ?? ""]);
    }
  }
  const shapes = answers.map(([, ...rest]) => rest);
  assert.deepEqual(shapes.slice(0, 11), [...Array(10).fill([422, ""]), [429, "30"]]);
  assert.deepEqual(shapes.slice(11), shapes.slice(0, 11));
  assert.match(
    services.audit.list({ entity: "signIn", limit: 9 }).items.at(-1)!.what,
    /password of Anna from 192\.0\.2\.7/,
  );
});

for (const next of ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example"]) {
  Deno.test(`signing in does not lead to ${JSON.stringify(next)}`, async () => {
    const { post, call, hands } = await realApp();
    const response = await post("/sign-in", { name: "anna", password: PASSWORD, next });
    assert.equal(response.headers.get("location"), "/");
    const signedIn = await call(`/sign-in?next=${encodeURIComponent(next)}`, {
      headers: hands["an admin's session"],
    });
    assert.equal(signedIn.headers.get("location"), "/");
  });
}

Deno.test("a browser that has to sign in comes back to where it wanted to go", async () => {
  const { call, post } = await realApp();
  const headers = { accept: "text/html" };
  const sent = await call("/sessions?label=any", { headers });
  assert.deepEqual([sent.status, sent.headers.get("location")], [
    303,
    "/sign-in?next=%2Fsessions%3Flabel%3Dany",
  ]);
  const signedIn = await post("/sign-in", { name: "anna", password: PASSWORD, next: "/sessions?label=any" });
  assert.equal(signedIn.headers.get("location"), "/sessions?label=any");
  assert.equal((await call("/nothing", { headers })).status, 303);
  const program = await call("/api/sessions");
  assert.equal(program.headers.get("www-authenticate"), 'Bearer realm="api"');
  assert.equal((await program.json()).type, "/problems/sign-in-needed");
});

Deno.test("the setup link makes the first admin from another machine, once, and nothing else does", async () => {
  const services = new FakeServices();
  const app = await createApp(services, { assets: NO_ASSETS });
  const setUp = (code: string, name: string) => {
    const body = new URLSearchParams({ code, name, password: PASSWORD, again: PASSWORD }).toString();
    const headers = { "content-type": FORM, "content-length": String(body.length) };
    return app.request(`${ORIGIN}/setup`, { method: "POST", body, headers }, { remoteAddr: ELSEWHERE });
  };
  const { code, path } = services.setupLink;
  assert.match(code, /^[\w-]{43}$/);
  for (const wrong of ["", "x".repeat(43), code.slice(1), `${code}x`]) {
    assert.equal((await setUp(wrong, "Eve")).status, 403);
  }
  assert.deepEqual(services.users.list(), []);
  assert.equal((await app.request(ORIGIN + path, {}, { remoteAddr: ELSEWHERE })).status, 200);
  const response = await setUp(code, "Anna");
  assert.equal(services.users.bySession(cookieOf(response)!)?.role, "admin");
  assert.equal((await setUp(code, "Eve")).status, 409);
  assert.deepEqual(services.users.list().map(({ name }) => name), ["Anna"]);
});

const SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
Deno.test("script in the names of users, tokens and devices is text on every page that shows it", async () => {
  const { call, services, hands } = await realApp(await buildAssets());
  const { users, tokens } = services;
  await users.create(SCRIPT, "viewer", PASSWORD, "Anna");
  const owner = { ownerUid: users.uidOf("anna"), ownerName: SCRIPT };
  await tokens.create({ name: SCRIPT, ...owner, scopes: ["read"], expiresAtMs: null }, "Anna");
  const data = { name: SCRIPT, gravity: "auto", unit: "auto" };
  const event = { entity: `device:${SCRIPT}`, version: 1, type: "device.changed", atMs: 0, by: SCRIPT, data };
  await services.log.appendControl(event);
  services.addDevice("phone-1", { name: SCRIPT });
  const headers = { ...hands["an admin's session"], accept: "text/html" };
  for (
    const path of ["/account", "/users", "/audit", `/audit?by=${encodeURIComponent(SCRIPT)}`, "/devices", "/"]
  ) {
    const response = await call(path, { headers });
    const html = await response.text();
    assert.equal(response.status, 200, path);
    assert.equal(/<script>alert|<img/.test(html), false, path);
    assert.match(response.headers.get("content-security-policy")!, /^default-src 'self'/);
  }
  assert.match(await (await call("/users", { headers })).text(), /&lt;script>alert\(1\)/);
  const typed = await call(`/sign-in?next=${encodeURIComponent('/"><script>alert(1)</script>')}`);
  assert.equal(/<script>alert/.test(await typed.text()), false);
});

Deno.test("a viewer sees and revokes only tokens of their own, and makes none that change things", async () => {
  const { call, hands, services } = await realApp();
  const viewer = hands["a viewer's session"];
  const { items } = await (await call("/api/tokens", { headers: viewer })).json();
  assert.deepEqual([...new Set(items.map((token: { ownerName: string }) => token.ownerName))], ["ben"]);
  const annas = services.tokens.list().find(({ ownerName }) => ownerName === "anna")!;
  assert.equal(
    (await call(`/api/tokens/${annas.tokenId}`, { method: "DELETE", headers: viewer })).status,
    404,
  );
  const make = (scopes: string[], headers: Record<string, string>) => {
    const body = JSON.stringify({ name: "mine", scopes });
    return call("/api/tokens", {
      method: "POST",
      body,
      headers: { ...headers, "content-length": String(body.length) },
    });
  };
  assert.equal((await make(["admin"], viewer)).status, 403);
  assert.equal((await make(["read"], hands["a token that changes things"])).status, 403);
  const made = await make(["read"], viewer);
  const { secret, token } = await made.json();
  assert.equal((await call("/api/sessions", { headers: { authorization: `Bearer ${secret}` } })).status, 200);
  await call(`/api/tokens/${token.tokenId}`, { method: "DELETE", headers: viewer });
  assert.equal((await call("/api/sessions", { headers: { authorization: `Bearer ${secret}` } })).status, 401);
});

Deno.test("users are made, changed and removed through the API, but the last admin stays", async () => {
  const { call, hands, services } = await realApp();
  const send = async (method: string, path: string, data?: unknown) => {
    const body = data === undefined ? undefined : JSON.stringify(data);
    const headers: Record<string, string> = { ...hands["a token that changes things"] };
    if (body !== undefined) headers["content-length"] = String(body.length);
    const response = await call(path, { method, body, headers });
    return [response.status, await response.json()];
  };
  const [created, dora] = await send("POST", "/api/users", { name: "Dora", password: PASSWORD });
  assert.deepEqual([created, dora.userId, dora.role], [201, "dora", "viewer"]);
  assert.equal((await send("POST", "/api/users", { name: "dora", password: PASSWORD }))[0], 422);
  assert.equal((await send("PATCH", "/api/users/dora", { role: "admin" }))[1].role, "admin");
  assert.equal((await send("PATCH", "/api/users/nobody", { role: "admin" }))[0], 404);
  await services.users.signIn("dora", PASSWORD, "");
  assert.deepEqual((await send("DELETE", "/api/users/dora/sessions"))[1].sessions, []);
  assert.deepEqual(await send("DELETE", "/api/users/dora"), [200, { userId: "dora" }]);
  const [status, problem] = await send("PATCH", "/api/users/anna", { role: "viewer" });
  assert.deepEqual([status, problem.detail], [422, "This is the last admin: make someone else one first."]);
  const [, audit] = await send("GET", "/api/audit?entity=user:dora");
  assert.deepEqual(
    audit.items.map(({ what }: { what: string }) => what),
    ["removed user Dora", "ended all sessions of Dora", "signed in", "made user Dora"],
  );
  assert.match(audit.items[0].by, /^x\d \(token\)$/);
});
