/**
 * One load that is rolled back: runs every statement that loading runs, so whatever the other checks do not know shows here.
 *
 * @module
 */
import type { ActivityRecord } from "../../../log/records.ts";
import type { Connection } from "../driver/connection.ts";
import {
  ADD_POSITIONS,
  BEGIN,
  INSERT_DELIVERED,
  LOCK_POSITIONS,
  MOVE_POSITIONS,
  ROLLBACK,
  type Topic,
} from "../statements.ts";
import { SINK_TOPICS } from "../target.ts";

/** How long the trial waits for a load that is under way, s: one takes seconds. */
const LOCK_TIMEOUT_S = 60;

const AT_MS = Date.UTC(2026, 0, 1);
const SESSION = { messageId: "1", sessionId: "check", deviceId: "check" };
const WINDOW: ActivityRecord = {
  ...SESSION,
  timestamp: AT_MS,
  magnitude: 0.01,
  activity: "stationary",
  windowStart: AT_MS - 5000,
  windowMs: 5000,
  magnitudeStd: 0.01,
  cadenceHz: null,
  readings: 250,
  coverage: 1,
  confidence: 0.9,
  gravityRemoved: true,
  thresholdsVersion: 1,
};
const RECORDS: Record<Topic, unknown> = {
  raw_sensor_data: { ...SESSION, receivedAt: AT_MS, sensorReadings: [] },
  processed_activity: WINDOW,
};

/**
 * @returns what did not come out as it should; null when all did
 * @throws SnowflakeError, Unanswered: the transaction is rolled back with its session
 */
export async function tryLoad(connection: Connection, deadlineMs: number): Promise<string | null> {
  const run = (sql: string, ...binds: string[]) => connection.execute(sql, binds, deadlineMs);
  const logId = `check-${crypto.randomUUID()}`;
  await run(`ALTER SESSION SET LOCK_TIMEOUT = ${LOCK_TIMEOUT_S}`);
  await run(BEGIN);
  const counts = [
    (await run(ADD_POSITIONS, logId, JSON.stringify(SINK_TOPICS.map((topic) => [topic, 0])))).rowsAffected,
  ];
  counts.push((await run(LOCK_POSITIONS, logId)).rowsAffected);
  const moves = SINK_TOPICS.map((topic) => [topic, 0, 0, 1, "1", logId]);
  counts.push((await run(MOVE_POSITIONS, JSON.stringify(moves), logId)).rowsAffected);
  for (const topic of SINK_TOPICS) {
    const rows = JSON.stringify([[0, 0, RECORDS[topic]]]);
    counts.push((await run(INSERT_DELIVERED[topic], topic, logId, topic, rows, logId, logId)).rowsAffected);
  }
  await run(ROLLBACK);
  const expected = [2, 2, 2, 1, 1];
  if (counts.join() === expected.join()) return null;
  return `its statements changed ${counts.join(", ")} rows: expected ${expected.join(", ")}`;
}
