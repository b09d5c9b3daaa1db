import assert from "node:assert/strict";
import { z } from "zod";
import type { Method } from "./define.ts";
import { openapi } from "./openapi.ts";
import { scanRoutes, toPattern } from "./scan.ts";

// JSON's view of it: what clients get.
const document = JSON.parse(JSON.stringify(openapi()));

/** Every `$ref` anywhere below. */
function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" ? [String(inner)] : references(inner)
  );
}

Deno.test("every reference of the document points to something in it", () => {
  const found = references(document);
  assert.ok(found.length > 40);
  for (const reference of found) {
    const target = reference.slice(2).split("/").reduce((value, step) => value?.[step], document);
    assert.ok(target, reference);
  }
});

Deno.test("every named schema of the document is used", () => {
  const used = new Set(references(document));
  const unused = Object.keys(document.components.schemas).filter((name) =>
    !used.has(`#/components/schemas/${name}`)
  );
  assert.deepEqual(unused, []);
});

Deno.test("the parameters of a query are those of the schema that validates it", () => {
  const { parameters } = document.paths["/api/activity"].get;
  const limit = parameters.find((parameter: { name: string }) => parameter.name === "limit");
  assert.deepEqual(limit, {
    name: "limit",
    in: "query",
    schema: { type: "integer", minimum: 1, maximum: 10_000, default: 1000 },
  });
});

Deno.test("the schema of a message accepts the document's example and refuses one without messageId", () => {
  const { SeedMessage } = document.components.schemas;
  const schema = z.fromJSONSchema(SeedMessage);
  const { example } = document.paths["/sensor-data"].post.requestBody.content["application/json"];
  assert.equal(schema.safeParse(example).success, true);
  assert.equal(schema.safeParse({ ...example, messageId: undefined }).success, false);
});

Deno.test("ingest documents its carriers of keys, the API tokens and sessions, probes nothing", () => {
  assert.deepEqual(document.paths["/sensor-data"].post.security, [{ bearer: [] }, { basic: [] }, {
    apiKey: [],
  }, {}]);
  assert.deepEqual(document.paths["/api/devices"].get.security, [{ token: [] }, { session: [] }]);
  assert.ok(document.paths["/api/devices"].get.responses[401]);
  assert.equal(document.paths["/healthz"].get.security, undefined);
  assert.deepEqual(document.paths["/ingest/{token}"].parameters.map((p: { name: string }) => p.name), [
    "token",
  ]);
});

Deno.test("every endpoint is documented with its methods, and nothing else is", async () => {
  const routes = (await scanRoutes()).filter(({ file }) => file.endsWith(".ts"));
  const served = routes.map(({ file, module }) => {
    const path = toPattern(file).replaceAll(/:(\w+)/g, "{$1}");
    return [path, ...Object.keys(module.handler ?? {}).sort()].join(" ");
  });
  const paths: [string, Record<string, unknown>][] = Object.entries(document.paths);
  const documented = paths.map(([path, item]) => {
    const methods = Object.keys(item).filter((key) => key !== "parameters").map((method) =>
      method.toUpperCase()
    );
    return [path, ...methods.sort()].join(" ");
  });
  assert.deepEqual(documented.sort(), served.sort());
});

Deno.test("a method asks for sign-in exactly where the route does", async () => {
  const routes = (await scanRoutes()).filter(({ file }) => file.endsWith(".ts"));
  for (const { file, module } of routes) {
    const path = toPattern(file).replaceAll(/:(\w+)/g, "{$1}");
    for (const method of Object.keys(module.handler ?? {}) as Method[]) {
      const access = module.access?.[method] ?? "viewer";
      const described = document.paths[path]?.[method.toLowerCase()];
      if (described === undefined) continue;
      const isAsked = JSON.stringify(described.security)?.includes("session") ?? false;
      assert.equal(isAsked, access !== "open" && access !== "key", `${method} ${path}`);
    }
  }
});
