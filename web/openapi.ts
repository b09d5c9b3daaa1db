/**
 * The API's OpenAPI 3.1 document, generated from the schemas that routes validate with.
 *
 * @module
 */
import { z } from "zod";
import { type Component, COMPONENTS } from "./api_components.ts";
import { type Answer, type Operation, PATHS } from "./operations.ts";

type Json = { [key: string]: Json } | Json[] | string | number | boolean | undefined;
type JsonObject = { [key: string]: Json };

const PROBLEMS: Record<number, string> = {
  400: "Unreadable, or nothing usable in it; `errors` points to what is wrong",
  401: "No key or token, or one that is not known, and nobody is signed in",
  403:
    "A revoked key, or one of another device; a change that only admins may make; a write from another site's page",
  404: "There is no such thing",
  410: "It was there and is over; the detail says how to get a new one",
  409: "Someone else changed it at the same time; read it again",
  408: "The body took too long to arrive",
  412: "Someone else changed it since: `current` is what is there now",
  413: "Too large on the wire, inflated, or in readings",
  415: "A media type or content encoding that is not supported",
  422: "Readable, but it cannot be so; `errors` points to what is wrong",
  428: "If-Match is missing",
  429: "Too many requests of this device; see Retry-After",
  503: "Not now, nothing was stored; see Retry-After",
};

/** What needs someone to be signed in, or a token, unless it says otherwise. */
const SIGNED_IN = /^\/(api\/(?!pair$)|grafana\/|metrics$)/;

/** Of the API, not of the program: the first number changes when clients have to. */
const API_VERSION = "1.0.0";

/** Builds the document. */
export function openapi(): JsonObject {
  const paths: JsonObject = {};
  for (const [path, operations] of Object.entries(PATHS)) {
    const item: JsonObject = { parameters: pathParameters(path) };
    for (const [method, operation] of Object.entries(operations)) item[method] = describe(path, operation);
    paths[path] = item;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Activity Tracker",
      version: API_VERSION,
      description: "Times are ms since the Unix epoch, accelerations m/s².",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: {
      schemas: components(),
      responses: Object.fromEntries(
        Object.keys(PROBLEMS).map((status) => [`Problem${status}`, problem(Number(status))]),
      ),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The device's key" },
        basic: { type: "http", scheme: "basic", description: "The device's key as password, any user" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "The device's key" },
        token: {
          type: "http",
          scheme: "bearer",
          description: "An API token (att_…), made on the account page",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "session",
          description: "A browser that is signed in",
        },
      },
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function describe(path: string, operation: Operation): JsonObject {
  const { summary, query, body, example, status = 200, answer, security } = operation;
  const needsSignIn = security === undefined && SIGNED_IN.test(path);
  const problems = new Set([...operation.problems ?? [], ...needsSignIn ? [401, 403] : []]);
  const responses: JsonObject = { [status]: { description: "Success", content: content(answer) } };
  for (const status of problems) responses[status] = { $ref: `#/components/responses/Problem${status}` };
  const described: JsonObject = { summary, responses };
  if (query !== undefined) described.parameters = queryParameters(query);
  if (body !== undefined) {
    const json = { schema: contentSchema(body), example: example && JSON.parse(example) };
    described.requestBody = { required: true, content: { "application/json": json } };
  }
  // The empty one: with INGEST_OPEN no key is needed.
  if (needsSignIn) described.security = [{ token: [] }, { session: [] }];
  if (security !== undefined) described.security = [...security.map((name) => ({ [name]: [] })), {}];
  return described;
}

function content(answer: Answer): JsonObject {
  const types = Array.isArray(answer) ? { "application/json": answer } : answer;
  return Object.fromEntries(Object.entries(types).map(([type, is]) => [type, { schema: contentSchema(is) }]));
}

function contentSchema(is: Component[] | string): Json {
  if (typeof is === "string") return { type: "string", description: is };
  const refs = is.map((name) => ({ $ref: reference(name) }));
  return refs.length === 1 ? refs[0] : { anyOf: refs };
}

function queryParameters(query: z.ZodType): Json[] {
  const { properties = {} } = z.toJSONSchema(query, { io: "input" });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as JsonObject;
    return { name, in: "query", description, schema };
  });
}

const reference = (name: string) => `#/components/schemas/${name}`;

function components(): JsonObject {
  // The global registry, as that is where .meta() keeps descriptions and examples.
  for (const [id, schema] of Object.entries(COMPONENTS)) {
    z.globalRegistry.add(schema, { ...schema.meta(), id });
  }
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: "input", uri: reference });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema as JsonObject]),
  );
}

function problem(status: number): JsonObject {
  return {
    description: PROBLEMS[status],
    content: { "application/problem+json": { schema: { $ref: reference("Problem") } } },
  };
}
