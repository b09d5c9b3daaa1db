/**
 * The API's OpenAPI 3.1 document, generated from the schemas that routes validate with.
 *
 * @module
 */
import { z } from "zod";
import { EXAMPLE } from "../ingest/message.ts";
import { ingestResult, seedMessage, sensorLoggerMessage } from "../ingest/schema.ts";
import * as api from "./api_schemas.ts";

type Json = { [key: string]: Json } | Json[] | string | number | boolean | undefined;
type JsonObject = { [key: string]: Json };

/** The named schemas: what `$ref` points to. */
const COMPONENTS = {
  SeedMessage: seedMessage,
  SensorLoggerMessage: sensorLoggerMessage,
  IngestResult: ingestResult,
  ActivityRecord: api.activityRecord,
  SessionSummary: api.sessionSummary,
  SessionDetail: api.sessionDetail,
  SessionPage: api.sessionPage,
  LiveSessions: api.liveSessions,
  ActivityPage: api.activityPage,
  Device: api.device,
  DeviceList: api.deviceList,
  DeviceRequest: api.deviceRequest,
  IssuedKey: api.issuedKey,
  Demo: api.demo,
  LogHealth: api.logHealth,
  SystemStatus: api.systemStatus,
  DeadLetterList: api.deadLetterList,
  Readiness: api.readiness,
  Problem: api.problem,
};
type Component = keyof typeof COMPONENTS;

/** Components alone are JSON. */
type Answer = Component[] | { [mediaType: string]: Component[] | string };

interface Operation {
  summary: string;
  query?: z.ZodType;
  /** Alternatives of the JSON body. */
  body?: Component[];
  example?: string;
  /** Status of success. */
  status?: number;
  /** What success answers with, by media type: components (alternatives), or text and what it holds. */
  answer: Answer;
  /** Statuses of the problems it may answer with. */
  problems?: number[];
  /** Security schemes, any of which will do. */
  security?: string[];
}

const INGEST: Operation = {
  summary: "Store readings of a phone",
  query: z.object({
    strict: z.enum(["1"]).optional().meta({ description: "1: store nothing if a reading is rejected" }),
  }),
  body: ["SeedMessage", "SensorLoggerMessage"],
  example: EXAMPLE,
  answer: ["IngestResult"],
  problems: [400, 401, 403, 408, 413, 415, 429, 503],
};

const PATHS: Record<string, Partial<Record<"get" | "post" | "delete", Operation>>> = {
  "/sensor-data": { post: { ...INGEST, security: ["bearer", "basic", "apiKey"] } },
  "/ingest/{token}": { post: { ...INGEST, summary: "Store readings of a phone that cannot set headers" } },
  "/api/sessions": {
    get: {
      summary:
        "Sessions, newest first; with live=true the newest of each device heard from lately, with its newest windows",
      query: api.sessionsQuery,
      answer: ["SessionPage", "LiveSessions"],
      problems: [400],
    },
  },
  "/api/sessions/{sessionId}": {
    get: {
      summary: "One session and its segments",
      query: api.deviceQuery,
      answer: ["SessionDetail"],
      problems: [400, 404],
    },
  },
  "/api/sessions/{sessionId}/activity": {
    get: {
      summary: "A session's windows, as JSON or CSV by Accept",
      query: api.sessionActivityQuery,
      answer: { "application/json": ["ActivityPage"], "text/csv": "One window a line" },
      problems: [400],
    },
  },
  "/api/sessions/{sessionId}/activity.csv": {
    get: {
      summary: "A session's windows as CSV",
      answer: { "text/csv": "One window a line" },
      problems: [404],
    },
  },
  "/api/activity": {
    get: {
      summary: "Windows across sessions",
      query: api.activityQuery,
      answer: ["ActivityPage"],
      problems: [400],
    },
  },
  "/api/live": {
    get: {
      summary: "New windows as they are classified; Last-Event-ID resumes",
      query: api.liveQuery,
      answer: {
        "text/event-stream": "Events `activity` with an ActivityRecord as data (with batchMs: an array)",
      },
      problems: [400, 503],
    },
  },
  "/api/devices": {
    get: { summary: "Devices", answer: ["DeviceList"] },
    post: {
      summary: "Register a device, or give it a new key",
      body: ["DeviceRequest"],
      status: 201,
      answer: ["IssuedKey"],
      problems: [400],
    },
  },
  "/api/devices/{deviceId}/key": {
    post: {
      summary: "A new key in place of the old one",
      status: 201,
      answer: ["IssuedKey"],
      problems: [404],
    },
    delete: { summary: "Revoke the key", answer: ["Device"], problems: [404] },
  },
  "/api/demo": { post: { summary: "Play a recording as a phone would", status: 202, answer: ["Demo"] } },
  "/api/log": {
    get: {
      summary: "How the log is doing: lag, dead letters, trouble",
      answer: ["LogHealth"],
      problems: [503],
    },
  },
  "/api/status": {
    get: {
      summary: "How every moving part is doing, in words",
      answer: ["SystemStatus"],
      problems: [503],
    },
  },
  "/api/dead-letters": {
    get: {
      summary: "Records that could not be read, or that Snowflake refused, newest first",
      query: api.deadLettersQuery,
      answer: ["DeadLetterList"],
      problems: [400, 503],
    },
  },
  "/api/openapi.json": { get: { summary: "This document", answer: { "application/json": "OpenAPI 3.1" } } },
  "/grafana/{file}": {
    get: {
      summary:
        "A Grafana dashboard to import: activity-official.json, activity-community.json, operations.json",
      answer: { "application/json": "A dashboard in Grafana's classic model" },
      problems: [404],
    },
  },
  "/healthz": { get: { summary: "Whether the program is alive", answer: { "text/plain": "ok" } } },
  "/readyz": { get: { summary: "Whether it can take readings", answer: ["Readiness"] } },
  "/metrics": {
    get: { summary: "Metrics for Prometheus", answer: { "text/plain": "Prometheus text format" } },
  },
};

const PROBLEMS: Record<number, string> = {
  400: "Unreadable, or nothing usable in it; `errors` points to what is wrong",
  401: "No key, or one that no device has",
  403: "A revoked key, or one of another device",
  404: "There is no such thing",
  408: "The body took too long to arrive",
  413: "Too large on the wire, inflated, or in readings",
  415: "A media type or content encoding that is not supported",
  429: "Too many requests of this device; see Retry-After",
  503: "Not now, nothing was stored; see Retry-After",
};

/** Of the API, not of the program: the first number changes when clients have to. */
const API_VERSION = "1.0.0";

/** Builds the document. */
export function openapi(): JsonObject {
  const paths: JsonObject = {};
  for (const [path, operations] of Object.entries(PATHS)) {
    const item: JsonObject = { parameters: pathParameters(path) };
    for (const [method, operation] of Object.entries(operations)) item[method] = describe(operation);
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

function describe(operation: Operation): JsonObject {
  const { summary, query, body, example, status = 200, answer, problems = [], security } = operation;
  const responses: JsonObject = { [status]: { description: "Success", content: content(answer) } };
  for (const status of problems) responses[status] = { $ref: `#/components/responses/Problem${status}` };
  const described: JsonObject = { summary, responses };
  if (query !== undefined) described.parameters = queryParameters(query);
  if (body !== undefined) {
    const json = { schema: contentSchema(body), example: example && JSON.parse(example) };
    described.requestBody = { required: true, content: { "application/json": json } };
  }
  // The empty one: with INGEST_OPEN no key is needed.
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
