/**
 * The Status page's content: one entry per moving part, what is so, and what to do when it is not as it should be.
 *
 * @module
 */
import { formatAge, formatCount } from "../islands/live/format.ts";
import type {
  LogHealth,
  MqttHealth,
  Readiness,
  Services,
  SnowflakeHealth,
  SystemDetails,
} from "./services.ts";

/** `ok`: as it should be. `busy`: so by itself soon. `off`: not switched on. `wrong`: someone has to do something. */
export type PartState = "ok" | "busy" | "off" | "wrong";

export const PART_IDS = ["log", "classification", "pages", "deadLetters", "mqtt", "snowflake"] as const;

export interface Part {
  id: (typeof PART_IDS)[number];
  state: PartState;
  /** What is so. */
  text: string;
}

export interface SystemStatus {
  parts: Part[];
  details: SystemDetails;
  /** When this was so, ms since the Unix epoch. */
  atMs: number;
}

export interface StatusInput {
  log: LogHealth;
  readiness: Readiness;
  snowflake: SnowflakeHealth;
  mqtt: MqttHealth;
  details: SystemDetails;
}

/** Asks every part. @param nowMs the wall clock, ms since the Unix epoch */
export async function loadStatus(
  services: Pick<Services, "logHealth" | "readiness" | "snowflakeHealth" | "mqttHealth" | "details">,
  nowMs: number,
): Promise<SystemStatus> {
  const [log, readiness, snowflake, details] = await Promise.all([
    services.logHealth(),
    services.readiness(),
    services.snowflakeHealth(),
    services.details(),
  ]);
  return statusOf({ log, readiness, snowflake, mqtt: services.mqttHealth(), details }, nowMs);
}

/** @param nowMs the wall clock, ms since the Unix epoch */
export function statusOf(
  { log, readiness, snowflake, mqtt, details }: StatusInput,
  nowMs: number,
): SystemStatus {
  return {
    parts: [
      { id: "log", ...logPart(log) },
      { id: "classification", ...classificationPart(log) },
      { id: "pages", ...pagesPart(readiness.checks.pages) },
      { id: "deadLetters", ...deadLettersPart(log.deadLetters) },
      { id: "mqtt", ...mqttPart(mqtt, nowMs) },
      { id: "snowflake", ...snowflakePart(snowflake, nowMs) },
    ],
    details,
    atMs: nowMs,
  };
}

type Said = Omit<Part, "id">;
const ok = (text: string): Said => ({ state: "ok", text });
const busy = (text: string): Said => ({ state: "busy", text });
const wrong = (text: string): Said => ({ state: "wrong", text });

const KEEP_LONGER =
  "raise RETENTION_MS and RETENTION_BYTES, or with Kafka the topic's retention.ms and retention.bytes.";

const counted = (count: number, one: string, many: string) =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
const batches = (count: number) => counted(count, "batch", "batches");
const messages = (count: number) => counted(count, "message", "messages");
const capital = (text: string) => text[0].toUpperCase() + text.slice(1);
const records = (count: number) => counted(count, "record", "records");

function logPart({ partitions, lostRecords, trouble }: LogHealth): Said {
  if (trouble !== null) return wrong(trouble);
  const kept = partitions.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const places = counted(partitions.length, "partition", "partitions");
  const text = `${batches(kept)} of readings kept in ${places}.`;
  if (lostRecords === 0) return ok(text);
  return wrong(
    `${text} ${batches(lostRecords)} deleted by retention before being classified: ${KEEP_LONGER}`,
  );
}

function classificationPart({ partitions }: LogHealth): Said {
  const lag = partitions.reduce((sum, { lagRecords }) => sum + lagRecords, 0);
  return lag === 0
    ? ok("Everything is classified.")
    : busy(`${batches(lag)} on the way to being classified.`);
}

const pagesPart = (check = "ok"): Said => {
  if (check === "ok") return ok("Pages show everything.");
  return check.startsWith("being filled") ? busy(`Pages are ${check}.`) : wrong(`${check}.`);
};

const deadLettersPart = (count: number): Said =>
  count === 0
    ? ok("None: every record could be used.")
    : wrong(`${records(count)} set aside with the reason.`);

function mqttPart(health: MqttHealth, nowMs: number): Said {
  if (health.state === "off") return { state: "off", text: "Off: no broker's messages are taken in." };
  const { url, topic, trouble, stored, refused, waiting, lastMessageAtMs, lastRefusal } = health.status;
  const last = lastMessageAtMs === null
    ? "none since the start"
    : `${messages(stored)} taken since the start, the last one came ${
      formatAge(nowMs - lastMessageAtMs)
    } ago`;
  const text = `Listening to ${topic} at ${url}: ${last}.`;
  if (trouble !== null) return wrong(`${trouble}. ${capital(last)}.`);
  if (refused > 0) {
    return wrong(`${text} ${messages(refused)} could not be used, the last one because ${lastRefusal}.`);
  }
  return waiting === 0 ? ok(text) : busy(`${text} ${messages(waiting)} on the way into the log.`);
}

function snowflakePart(health: SnowflakeHealth, nowMs: number): Said {
  if (health.state === "off") return { state: "off", text: "Off: records are not loaded into Snowflake." };
  if (health.state === "elsewhere") {
    return {
      state: "ok",
      text: "Loaded by the processes with the role snowflake: their /readyz and /metrics tell how it goes.",
    };
  }
  const { trouble, lagRecords, deliveredRecords, deliveries, lostRecords, lastDeliveryAtMs } = health.status;
  const waiting = lagRecords && lagRecords.raw_sensor_data + lagRecords.processed_activity;
  const last = lastDeliveryAtMs === null
    ? "Nothing loaded since the start"
    : `${records(deliveredRecords)} in ${counted(deliveries, "load", "loads")} since the start, the last ${
      formatAge(nowMs - lastDeliveryAtMs)
    } ago`;
  const text = `${last}; ${waitingWords(waiting)}.`;
  if (trouble !== null) return wrong(`${trouble}. The log keeps the records meanwhile. ${text}`);
  if (lostRecords > 0) {
    return wrong(`${text} ${records(lostRecords)} deleted by retention before being loaded: ${KEEP_LONGER}`);
  }
  return ok(text);
}

function waitingWords(waiting: number | null): string {
  if (waiting === null) return "where loading goes on is not known yet";
  return waiting === 0 ? "none waits" : `${records(waiting)} wait for the next one`;
}
