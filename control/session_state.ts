/**
 * What admins have said about sessions, as the events of `activity_control` hold it. The pages' process and the read model both
 * read it with this.
 *
 * @module
 */
import { z } from "zod";
import {
  type ControlEvent,
  type Label,
  LABEL_ACTIVITIES,
  LABEL_SOURCES,
  sessionKey,
} from "../log/records.ts";
import { thresholdValuesSchema } from "../stream/thresholds_schema.ts";
import type { SessionId } from "../stream/tuning_answers.ts";

/** How long a deletion can be undone, ms: until one has seen what is missing. */
export const UNDO_MS = 600_000;

const ENTITY_PREFIX = "session:";

const timeMs = z.number();
const LABEL = z.object({
  from: timeMs,
  to: timeMs,
  activity: z.enum(LABEL_ACTIVITIES),
  source: z.enum(LABEL_SOURCES),
}) satisfies z.ZodType<Label>;

/** Every event carries the whole state, so the newest one per session is enough. */
const STATE = z.object({
  name: z.string().nullable(),
  note: z.string().nullable(),
  labels: z.array(LABEL),
  /** null: it is not deleted. */
  deletedAtMs: timeMs.nullable(),
  /** The values that its windows up to a time were decided with again; null: they are as the log has them. */
  reclassifiedWith: z.object({ version: z.number(), values: thresholdValuesSchema, untilMs: timeMs })
    .nullable(),
});
export type SessionState = z.infer<typeof STATE>;
export type Reclassification = NonNullable<SessionState["reclassifiedWith"]>;

/** Of a session about which nobody has said anything. */
export const UNTOUCHED: Readonly<SessionState> = Object.freeze({
  name: null,
  note: null,
  labels: [],
  deletedAtMs: null,
  reclassifiedWith: null,
});

/** What an event makes of a session. */
export interface SessionChange extends SessionId {
  /** Of the session's events. */
  version: number;
  state: SessionState;
}

/** The entity of a session's events. */
export const sessionEntity = ({ deviceId, sessionId }: SessionId): string =>
  ENTITY_PREFIX + sessionKey(deviceId, sessionId);

/**
 * Reads an event.
 *
 * @returns null when it is about something else
 * @throws Error when it cannot be read: a session that someone deleted would be shown
 */
export function sessionChange(event: ControlEvent): SessionChange | null {
  if (!event.entity.startsWith(ENTITY_PREFIX)) return null;
  const [deviceId, sessionId] = event.entity.slice(ENTITY_PREFIX.length).split("\n");
  const { data: state, error } = STATE.safeParse(event.data);
  if (error || !sessionId) {
    throw new Error(
      `event ${event.type} of ${
        JSON.stringify(event.entity)
      }, version ${event.version}, has no session in it: ` +
        (error ? z.prettifyError(error) : "expected session:DEVICE, a line feed, SESSION as the entity"),
    );
  }
  return { deviceId, sessionId, version: event.version, state };
}
