/**
 * What the API does, path by path: what is asked, what is answered, what may go wrong.
 *
 * @module
 */
import { z } from "zod";
import { EXAMPLE } from "../ingest/message.ts";
import { EXAMPLE as PHYPHOX_EXAMPLE } from "../ingest/phyphox.ts";
import type { Component } from "./api_components.ts";
import * as api from "./api_schemas.ts";
import * as imports from "./schemas/imports.ts";
import * as people from "./schemas/users.ts";
import { rawQuery } from "./schemas/raw.ts";
import * as thresholds from "./schemas/thresholds.ts";

/** Components alone are JSON. */
export type Answer = Component[] | { [mediaType: string]: Component[] | string };

/** What one method of a path does. */
export interface Operation {
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

const ingestQuery = z.object({
  strict: z.enum(["1"]).optional().meta({ description: "1: store nothing if a reading is rejected" }),
});
const INGEST: Operation = {
  summary: "Store readings of a phone",
  query: ingestQuery,
  body: ["SeedMessage", "SensorLoggerMessage"],
  example: EXAMPLE,
  answer: ["IngestResult"],
  problems: [400, 401, 403, 408, 413, 415, 429, 503],
};

/** All paths and what they answer. */
export const PATHS: Record<string, Partial<Record<"get" | "post" | "put" | "patch" | "delete", Operation>>> =
  {
    "/sensor-data": { post: { ...INGEST, security: ["bearer", "basic", "apiKey"] } },
    "/ingest/{token}": {
      post: {
        ...INGEST,
        summary: "Store readings of a phone that cannot set headers",
        query: z.object({
          ...ingestQuery.shape,
          hints: z.enum(["499"]).optional().meta({
            description:
              "499: a missing motion sensor, or a key that is no more, is answered with status 499 and plain text, which Sensor Logger shows",
          }),
        }),
      },
    },
    "/ingest/phyphox/{token}": {
      post: {
        ...INGEST,
        summary: "Store what phyphox posts with the experiment file of the Devices page",
        body: ["PhyphoxPost"],
        example: PHYPHOX_EXAMPLE,
      },
    },
    "/ingest/phyphox/{token}/experiment": {
      get: {
        summary: "The experiment file that makes phyphox post here",
        answer: { "application/octet-stream": "A phyphox experiment (XML) with the key in it" },
        problems: [401, 403],
      },
    },
    "/ca.crt": {
      get: {
        summary: "The certificate that phones install to trust this server, when it runs with --lan",
        answer: { "application/x-x509-ca-cert": "X.509, DER" },
        problems: [404],
      },
    },
    "/api/sessions": {
      get: {
        summary:
          "Sessions, newest first; with live=true the newest of each device heard from lately, with its newest windows",
        query: api.sessionsQuery,
        answer: ["SessionPage", "LiveSessions"],
        problems: [400],
      },
    },
    "/api/sessions/import": {
      post: {
        summary:
          "Make a session of a file that Sensor Logger exported (zip, CSV or JSON): the file as the body with its name in X-File-Name, or a form's field file",
        query: imports.importQuery,
        status: 201,
        answer: ["ImportedSession"],
        problems: [400, 413, 503],
      },
    },
    "/api/sessions/{sessionId}": {
      get: {
        summary: "One session and its segments",
        query: api.deviceQuery,
        answer: ["SessionDetail"],
        problems: [400, 404],
      },
      patch: {
        summary: "Change a session's name and note",
        query: api.deviceQuery,
        body: ["SessionChange"],
        answer: ["SessionDetail"],
        problems: [400, 404, 409, 503],
      },
      delete: {
        summary:
          "Hide a session, also what still comes of it; ten minutes later its windows are removed. What phones sent stays " +
          "in the log until its retention ends, rows in Snowflake stay",
        query: api.deviceQuery,
        answer: ["DeletedSession"],
        problems: [400, 404, 409, 503],
      },
    },
    "/api/sessions/{sessionId}/restore": {
      post: {
        summary: "Undo the deletion, within ten minutes",
        query: api.undeleteQuery,
        answer: ["SessionDetail"],
        problems: [400, 404, 409, 410, 503],
      },
    },
    "/api/sessions/{sessionId}/reclassify": {
      post: {
        summary:
          "Decide the session's windows again with the thresholds in force, here; the log and Snowflake keep what was " +
          "decided live",
        query: api.deviceQuery,
        answer: ["SessionDetail"],
        problems: [400, 404, 409, 422, 503],
      },
    },
    "/api/sessions/{sessionId}/labels/{span}": {
      put: {
        summary:
          "Say what a span (FROM-TO, ms since the Unix epoch) really was; what it covers of other labels is theirs no more",
        query: api.deviceQuery,
        body: ["LabelRequest"],
        answer: ["LabelList"],
        problems: [400, 404, 409, 422, 503],
      },
      delete: {
        summary: "Take a span's labels away",
        query: api.deviceQuery,
        answer: ["LabelList"],
        problems: [400, 404, 409, 422, 503],
      },
    },
    "/api/sessions/{sessionId}/series": {
      get: {
        summary: "A session's windows as the points of a chart",
        query: api.seriesQuery,
        answer: ["Series"],
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
        query: api.sessionActivityQuery,
        answer: { "text/csv": "One window a line" },
        problems: [400],
      },
    },
    "/api/sessions/{sessionId}/activity.parquet": {
      get: {
        summary: "A session's windows as an Apache Parquet file",
        query: api.sessionActivityQuery,
        answer: { "application/vnd.apache.parquet": "One window a row" },
        problems: [400],
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
    "/api/devices/{deviceId}/pairing": {
      post: {
        summary: "A code for a phone's camera, good once and for ten minutes",
        body: ["PairingRequest"],
        status: 201,
        answer: ["PairingOffer"],
        problems: [400, 503],
      },
    },
    "/api/pair": {
      post: {
        summary: "Exchange a pairing code for the device's key, once",
        body: ["PairRequest"],
        answer: ["Paired"],
        problems: [400, 404, 410, 503],
      },
    },
    "/api/phone": {
      get: {
        summary: "What the phone whose key is sent is doing",
        answer: ["PhoneStatus"],
        problems: [401, 403],
        security: ["bearer", "basic", "apiKey"],
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
    "/api/live/raw": {
      get: {
        summary:
          "A device's readings as this process takes them, ten events a second at most; nothing of before",
        query: rawQuery,
        answer: { "text/event-stream": ["RawReadings"] },
        problems: [400, 503],
      },
    },
    "/api/devices": {
      get: {
        summary: "Devices that are registered or were heard of, and how their readings come in",
        query: api.devicesQuery,
        answer: ["DevicePage"],
        problems: [400],
      },
      post: {
        summary: "Register a device, or give it a new key",
        body: ["DeviceRequest"],
        status: 201,
        answer: ["IssuedKey"],
        problems: [400, 409],
      },
    },
    "/api/devices/{deviceId}": {
      patch: {
        summary: "Change a device's name, or how its readings are taken",
        body: ["DeviceChange"],
        answer: ["Device"],
        problems: [400, 404, 409],
      },
      delete: {
        summary: "Take a device out of the registry and end its key; its sessions stay",
        answer: ["RemovedDevice"],
        problems: [404, 409],
      },
    },
    "/api/devices/{deviceId}/restore": {
      post: {
        summary: "Undo the removal, also of the key",
        answer: ["Device"],
        problems: [404, 409],
      },
    },
    "/api/devices/{deviceId}/key": {
      post: {
        summary: "A new key in place of the old one",
        status: 201,
        answer: ["IssuedKey"],
        problems: [404, 409],
      },
      delete: { summary: "Revoke the key", answer: ["Device"], problems: [404, 409] },
    },
    "/api/thresholds": {
      get: { summary: "The thresholds in force, with their version as ETag", answer: ["ThresholdsState"] },
      put: {
        summary: "Change them on every process within 2 s; If-Match names the version that is changed",
        body: ["ThresholdsChange"],
        answer: ["ThresholdsState"],
        problems: [400, 412, 422, 428, 503],
      },
    },
    "/api/thresholds/history": {
      get: {
        summary: "Every version of the thresholds: who, when, why; newest first",
        query: thresholds.historyQuery,
        answer: ["ThresholdsHistory"],
        problems: [400],
      },
    },
    "/api/thresholds/histogram": {
      post: {
        summary: "Windows of recorded sessions by mean magnitude and label",
        body: ["HistogramRequest"],
        answer: ["Histogram"],
        problems: [400, 422, 503],
      },
    },
    "/api/thresholds/preview": {
      post: {
        summary: "What other values would do to recorded sessions",
        body: ["TuningRequest"],
        answer: ["Preview"],
        problems: [400, 422, 503],
      },
    },
    "/api/thresholds/suggest": {
      post: {
        summary: "The values that agree best with the labels of recorded sessions",
        body: ["TuningRequest"],
        answer: ["Suggestion"],
        problems: [400, 422, 503],
      },
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
    "/api/dead-letters/discard": {
      post: {
        summary: "Discard those with a reason, of the newest",
        body: ["LettersRequest"],
        answer: ["Discarded"],
        problems: [400, 503],
      },
    },
    "/api/dead-letters/redrive": {
      post: {
        summary: "Send in once more those that could not be read for a reason, of the newest",
        body: ["LettersRequest"],
        answer: ["RedrivenAll"],
        problems: [400, 503],
      },
    },
    "/api/dead-letters/{topic}/{partition}/{offset}": {
      delete: { summary: "Discard one; its record stays", answer: ["Discarded"], problems: [404, 503] },
    },
    "/api/dead-letters/{topic}/{partition}/{offset}/redrive": {
      post: {
        summary:
          "Send one in once more that could not be read; when it is taken, it is no dead letter any more",
        answer: ["Redriven"],
        problems: [404, 409, 422, 503],
      },
    },
    "/api/dead-letters/{topic}/{partition}/{offset}/value": {
      get: {
        summary: "Its bytes as they were, as far as they are kept",
        answer: { "application/octet-stream": "The value" },
        problems: [404, 503],
      },
    },
    "/api/users": {
      get: { summary: "Who may sign in", answer: ["UserList"] },
      post: {
        summary: "One more user",
        body: ["UserRequest"],
        status: 201,
        answer: ["User"],
        problems: [400, 409, 422, 503],
      },
    },
    "/api/users/{userId}": {
      patch: {
        summary:
          "Change role or password (which ends the sessions), disable or enable; the last admin stays one",
        body: ["UserChange"],
        answer: ["User"],
        problems: [400, 404, 409, 422, 503],
      },
      delete: {
        summary: "Remove a user, with sessions and tokens",
        answer: ["RemovedUser"],
        problems: [404, 409, 422],
      },
    },
    "/api/users/{userId}/sessions": {
      delete: { summary: "Sign a user out everywhere", answer: ["User"], problems: [404, 409] },
    },
    "/api/tokens": {
      get: { summary: "API tokens: one's own, for admins all", answer: ["TokenList"] },
      post: {
        summary: "Make an API token; not with a token",
        body: ["TokenRequest"],
        status: 201,
        answer: ["IssuedToken"],
        problems: [400, 422],
      },
    },
    "/api/tokens/{tokenId}": {
      delete: { summary: "Revoke an API token", answer: ["RevokedToken"], problems: [404, 409] },
    },
    "/api/audit": {
      get: {
        summary: "Who changed what and when: the newest 5,000 admin changes, newest first",
        query: people.auditQuery,
        answer: ["AuditPage"],
        problems: [400],
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
