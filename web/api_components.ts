/**
 * The schemas of the API by the names under which its document has them.
 *
 * @module
 */
import { ingestResult, phyphoxPost, seedMessage, sensorLoggerMessage } from "../ingest/schema.ts";
import * as api from "./api_schemas.ts";
import * as imports from "./schemas/imports.ts";
import * as phones from "./schemas/phones.ts";
import { rawReadings } from "./schemas/raw.ts";
import * as thresholds from "./schemas/thresholds.ts";
import * as people from "./schemas/users.ts";

/** The named schemas: what `$ref` points to. */
export const COMPONENTS = {
  SeedMessage: seedMessage,
  SensorLoggerMessage: sensorLoggerMessage,
  PhyphoxPost: phyphoxPost,
  IngestResult: ingestResult,
  ActivityRecord: api.activityRecord,
  SessionSummary: api.sessionSummary,
  SessionDetail: api.sessionDetail,
  SessionPage: api.sessionPage,
  SessionChange: api.sessionChange,
  DeletedSession: api.deletedSession,
  LabelRequest: api.labelRequest,
  LabelList: api.labelList,
  Series: api.series,
  LiveSessions: api.liveSessions,
  ActivityPage: api.activityPage,
  ImportedSession: imports.importedSession,
  RawReadings: rawReadings,
  Device: api.device,
  DevicePage: api.devicePage,
  DeviceRequest: api.deviceRequest,
  DeviceChange: api.deviceChange,
  RemovedDevice: api.removedDevice,
  IssuedKey: api.issuedKey,
  PairingRequest: phones.pairingRequest,
  PairingOffer: phones.pairingOffer,
  PairRequest: phones.pairRequest,
  Paired: phones.paired,
  PhoneStatus: phones.phoneStatus,
  ThresholdsState: thresholds.thresholdsState,
  ThresholdsChange: thresholds.thresholdsChange,
  ThresholdsHistory: thresholds.thresholdsHistory,
  TuningRequest: thresholds.tuningRequest,
  HistogramRequest: thresholds.histogramRequest,
  Preview: thresholds.preview,
  Suggestion: thresholds.suggestion,
  Histogram: thresholds.histogram,
  Demo: api.demo,
  LogHealth: api.logHealth,
  SystemStatus: api.systemStatus,
  DeadLetterList: api.deadLetterList,
  LettersRequest: api.lettersRequest,
  Discarded: api.discarded,
  Redriven: api.redriven,
  RedrivenAll: api.redrivenAll,
  Readiness: api.readiness,
  User: people.user,
  UserList: people.userList,
  UserRequest: people.userRequest,
  UserChange: people.userChange,
  RemovedUser: people.removedUser,
  ApiToken: people.apiToken,
  TokenList: people.tokenList,
  TokenRequest: people.tokenRequest,
  IssuedToken: people.issuedToken,
  RevokedToken: people.revokedToken,
  AuditPage: people.auditPage,
  Problem: api.problem,
};
/** The name of one. */
export type Component = keyof typeof COMPONENTS;
