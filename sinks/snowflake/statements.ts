/**
 * Every statement the sink sends. Documents come as one JSON text each: the driver's array binds take a column's type from its
 * first row and know no VARIANT.
 *
 * @module
 */
import { ACTIVITY_RECORDS, fullName, OFFSETS, SCHEMA_HISTORY, USER_ACTIVITY_PROCESSED } from "./tables.ts";

export type Topic = "raw_sensor_data" | "processed_activity";

const RAW = fullName(ACTIVITY_RECORDS);
const PROCESSED = fullName(USER_ACTIVITY_PROCESSED);
const POSITIONS = fullName(OFFSETS);

export const BEGIN = "BEGIN";
export const COMMIT = "COMMIT";
export const ROLLBACK = "ROLLBACK";

export const READ_VERSION = `SELECT MAX(VERSION)::NUMBER(9,0) AS VERSION FROM ${fullName(SCHEMA_HISTORY)}`;

/** Binds: log id. */
export const READ_POSITIONS =
  `SELECT KAFKA_TOPIC, KAFKA_PARTITION, NEXT_OFFSET, LAST_MESSAGE FROM ${POSITIONS} WHERE LOG_ID = ?`;

/** Binds: log id, JSON `[[topic, partition], …]`. Rows that are there stay as they are. */
export const ADD_POSITIONS = `MERGE INTO ${POSITIONS} AS O
USING (
  SELECT CAST(? AS VARCHAR) AS LOG_ID, F.VALUE[0]::VARCHAR AS KAFKA_TOPIC, F.VALUE[1]::NUMBER(9,0) AS KAFKA_PARTITION
  FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS F
) AS S
ON O.LOG_ID = S.LOG_ID AND O.KAFKA_TOPIC = S.KAFKA_TOPIC AND O.KAFKA_PARTITION = S.KAFKA_PARTITION
WHEN NOT MATCHED THEN INSERT (LOG_ID, KAFKA_TOPIC, KAFKA_PARTITION, NEXT_OFFSET, UPDATED_AT)
VALUES (S.LOG_ID, S.KAFKA_TOPIC, S.KAFKA_PARTITION, 0, SYSDATE())`;

/**
 * Takes the table's lock, so that the next statement sees what whoever had it before has committed: a statement sees what was
 * committed when it began, not when its lock came. Binds: log id.
 */
export const LOCK_POSITIONS = `UPDATE ${POSITIONS} SET UPDATED_AT = SYSDATE() WHERE LOG_ID = ?`;

/**
 * Moves on only from where the batch begins: whoever else loaded the same rows in between changes fewer rows than it names. Where
 * there is no row (it was refused, or only a transaction ended there), the newest loaded one stays known.
 * Binds: JSON `[[topic, partition, expected, next, lastMessage, delivery id], …]`, log id.
 */
export const MOVE_POSITIONS = `UPDATE ${POSITIONS} AS O
SET NEXT_OFFSET = S.NEXT_OFFSET, LAST_MESSAGE = COALESCE(S.LAST_MESSAGE, O.LAST_MESSAGE), DELIVERY_ID = S.DELIVERY_ID,
  UPDATED_AT = SYSDATE()
FROM (
  SELECT F.VALUE[0]::VARCHAR AS KAFKA_TOPIC, F.VALUE[1]::NUMBER(9,0) AS KAFKA_PARTITION,
    F.VALUE[2]::NUMBER(18,0) AS EXPECTED, F.VALUE[3]::NUMBER(18,0) AS NEXT_OFFSET, F.VALUE[4]::VARCHAR AS LAST_MESSAGE,
    F.VALUE[5]::VARCHAR AS DELIVERY_ID
  FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS F
) AS S
WHERE O.LOG_ID = ? AND O.KAFKA_TOPIC = S.KAFKA_TOPIC AND O.KAFKA_PARTITION = S.KAFKA_PARTITION
  AND O.NEXT_OFFSET = S.EXPECTED`;

const METADATA = (createTime: string) =>
  `OBJECT_CONSTRUCT('topic', ?, 'partition', F.VALUE[0], 'offset', F.VALUE[1], 'key', F.VALUE[2]:deviceId, 'CreateTime', ${createTime})`;

/** Milliseconds since the epoch as UTC. */
const timestamp = (field: string) => `TO_TIMESTAMP_NTZ(F.VALUE[2]:${field}::NUMBER(18,0), 3)`;

/** Binds: topic, log id, topic, JSON `[[partition, offset, record], …]`. */
export const INSERT_ROWS: Record<Topic, string> = {
  raw_sensor_data:
    `INSERT INTO ${RAW} (RECORD_CONTENT, RECORD_METADATA, MESSAGE_ID, SESSION_ID, DEVICE_ID, RECEIVED_AT,
  LOG_ID, KAFKA_TOPIC, KAFKA_PARTITION, KAFKA_OFFSET)
SELECT F.VALUE[2], ${METADATA("F.VALUE[2]:receivedAt")},
  F.VALUE[2]:messageId::VARCHAR, F.VALUE[2]:sessionId::VARCHAR, F.VALUE[2]:deviceId::VARCHAR, ${
      timestamp("receivedAt")
    },
  ?, ?, F.VALUE[0]::NUMBER(9,0), F.VALUE[1]::NUMBER(18,0)
FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS F`,
  processed_activity:
    `INSERT INTO ${PROCESSED} (RECORD_METADATA, MESSAGE_ID, SESSION_ID, DEVICE_ID, TIMESTAMP, MAGNITUDE,
  ACTIVITY, CONFIDENCE, WINDOW_START, WINDOW_MS, MAGNITUDE_STD, CADENCE_HZ, READINGS, COVERAGE, GRAVITY_REMOVED,
  THRESHOLDS_VERSION, LOG_ID, KAFKA_TOPIC, KAFKA_PARTITION, KAFKA_OFFSET)
SELECT ${METADATA("F.VALUE[2]:timestamp")},
  F.VALUE[2]:messageId::VARCHAR, F.VALUE[2]:sessionId::VARCHAR, F.VALUE[2]:deviceId::VARCHAR, ${
      timestamp("timestamp")
    },
  F.VALUE[2]:magnitude::FLOAT, F.VALUE[2]:activity::VARCHAR, F.VALUE[2]:confidence::FLOAT, ${
      timestamp("windowStart")
    },
  F.VALUE[2]:windowMs::NUMBER(9,0), F.VALUE[2]:magnitudeStd::FLOAT, F.VALUE[2]:cadenceHz::FLOAT, F.VALUE[2]:readings::NUMBER(9,0),
  F.VALUE[2]:coverage::FLOAT, F.VALUE[2]:gravityRemoved::BOOLEAN, F.VALUE[2]:thresholdsVersion::NUMBER(9,0),
  ?, ?, F.VALUE[0]::NUMBER(9,0), F.VALUE[1]::NUMBER(18,0)
FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS F`,
};

/**
 * The same, but only inside the transaction that moved the positions. Snowflake ends a transaction that is idle for minutes while
 * others wait; what its session sends afterwards would be a transaction of its own, and the rows there without their position.
 * Binds: as above, then log id, delivery id.
 */
export const INSERT_DELIVERED: Record<Topic, string> = {
  raw_sensor_data: onlyDelivered(INSERT_ROWS.raw_sensor_data),
  processed_activity: onlyDelivered(INSERT_ROWS.processed_activity),
};

function onlyDelivered(insert: string): string {
  return `${insert}
WHERE EXISTS (SELECT 1 FROM ${POSITIONS} AS O WHERE O.LOG_ID = ? AND O.DELIVERY_ID = ?)`;
}
