/**
 * The SQL of every Snowflake panel, the same for both plugins. Rules that all of it keeps:
 *
 * - aliases are quoted: others come back in capitals;
 * - numbers are FLOAT or at most NUMBER(18,0): gosnowflake hands wider ones over as text;
 * - `$__timeGroup` has an interval as `$__interval` becomes one, without quotes: both plugins read that, and no other is
 *   documented for the official one;
 * - every list ends: a dashboard must work with thousands of devices.
 *
 * Times in the tables have no zone and are UTC, which is what both plugins take them for.
 *
 * @module
 */
import { ACTIVITIES, type Activity } from "../log/records.ts";
import { ACTIVITY_RECORDS, fullName, USER_ACTIVITY_PROCESSED } from "../sinks/snowflake/tables.ts";

/** Entries in a variable's list: more cannot be scrolled through, and others can be typed. */
const MAX_CHOICES = 500;

/** Rows of a table: several screens. */
const MAX_ROWS = 100;

/** Lines of the timeline that can be told apart. */
const MAX_TIMELINE_DEVICES = 20;

/** Changes the timeline draws: far more than it has pixels. */
const MAX_TIMELINE_ROWS = 5000;

const PROCESSED = fullName(USER_ACTIVITY_PROCESSED);
const RAW = fullName(ACTIVITY_RECORDS);

/** "All" stands for the column itself: a list of thousands of ids would be no filter, only a long statement. */
export const ALL_DEVICES = "DEVICE_ID";
export const ALL_SESSIONS = "SESSION_ID";

const CHOSEN = "DEVICE_ID IN (${device:sqlstring}) AND SESSION_ID IN (${session:sqlstring})";
const IN_RANGE = `$__timeFilter(TIMESTAMP) AND ${CHOSEN}`;

/** Grafana's own variables: a variable's query has no macros in one of the plugins. */
const IN_LISTED_RANGE =
  "TIMESTAMP >= TO_TIMESTAMP_NTZ(${__from}, 3) AND TIMESTAMP <= TO_TIMESTAMP_NTZ(${__to}, 3)";

/** Most recent first. */
export const DEVICES = `SELECT DEVICE_ID AS "device"
FROM ${PROCESSED}
WHERE ${IN_LISTED_RANGE}
GROUP BY DEVICE_ID
ORDER BY MAX(TIMESTAMP) DESC
LIMIT ${MAX_CHOICES}`;

/** Of the chosen devices, most recent first. */
export const SESSIONS = `SELECT SESSION_ID AS "session"
FROM ${PROCESSED}
WHERE ${IN_LISTED_RANGE} AND DEVICE_ID IN (\${device:sqlstring})
GROUP BY SESSION_ID
ORDER BY MAX(TIMESTAMP) DESC
LIMIT ${MAX_CHOICES}`;

/**
 * Windows overlap (5 s long, one each second), so a window stands for the slide before its end, not for its length: the
 * console counts the same way. The slide is no column: it is the shortest step between a session's windows, since a step
 * is longer only after a gap. A session of one window in the time range does not show it and counts with the window's length.
 */
const COUNTED = `WITH STEPS AS (
  SELECT DEVICE_ID, SESSION_ID, TIMESTAMP, ACTIVITY, MAGNITUDE, WINDOW_MS,
    DATEDIFF('MILLISECOND', LAG(TIMESTAMP) OVER (PARTITION BY DEVICE_ID, SESSION_ID ORDER BY TIMESTAMP), TIMESTAMP)
      AS STEP_MS
  FROM ${PROCESSED}
  WHERE ${IN_RANGE}
), COUNTED AS (
  SELECT DEVICE_ID, SESSION_ID, TIMESTAMP, ACTIVITY, MAGNITUDE, STEP_MS,
    LEAST(COALESCE(MIN(NULLIF(STEP_MS, 0)) OVER (PARTITION BY DEVICE_ID, SESSION_ID), WINDOW_MS), WINDOW_MS)
      AS SLIDE_MS
  FROM STEPS
)`;

const minutesOf = (activity: Activity) =>
  `SUM(CASE WHEN ACTIVITY = '${activity}' THEN SLIDE_MS ELSE 0 END)::FLOAT / 60000 AS "${activity}"`;
const MINUTES = ACTIVITIES.map(minutesOf).join(",\n  ");

/** One row: the newest window. */
export const CURRENT_ACTIVITY = `SELECT ACTIVITY AS "activity"
FROM ${PROCESSED}
WHERE ${IN_RANGE}
ORDER BY TIMESTAMP DESC
LIMIT 1`;

export const CONFIDENCE = `SELECT CONFIDENCE::FLOAT AS "confidence"
FROM ${PROCESSED}
WHERE ${IN_RANGE}
ORDER BY TIMESTAMP DESC
LIMIT 1`;

export const AVERAGE_MAGNITUDE = `SELECT AVG(MAGNITUDE)::FLOAT AS "magnitude"
FROM ${PROCESSED}
WHERE ${IN_RANGE}`;

export const MAGNITUDE_OVER_TIME = `SELECT $__timeGroup(TIMESTAMP, 1m) AS "time",
  AVG(MAGNITUDE)::FLOAT AS "mean",
  MAX(MAGNITUDE)::FLOAT AS "highest"
FROM ${PROCESSED}
WHERE ${IN_RANGE}
GROUP BY 1
ORDER BY 1`;

/** A row where something changes, and one without activity where windows stop: a state lasts until the next row. */
export const TIMELINE = `${COUNTED}, MARKED AS (
  SELECT DEVICE_ID, TIMESTAMP, ACTIVITY, SLIDE_MS, STEP_MS,
    LAG(ACTIVITY) OVER (PARTITION BY DEVICE_ID, SESSION_ID ORDER BY TIMESTAMP) AS PREVIOUS,
    DATEDIFF('MILLISECOND', TIMESTAMP, LEAD(TIMESTAMP) OVER (PARTITION BY DEVICE_ID, SESSION_ID ORDER BY TIMESTAMP))
      AS NEXT_MS
  FROM COUNTED
  WHERE DEVICE_ID IN (
    SELECT DEVICE_ID FROM COUNTED GROUP BY DEVICE_ID ORDER BY MAX(TIMESTAMP) DESC LIMIT ${MAX_TIMELINE_DEVICES}
  )
), CHANGES AS (
  SELECT DATEADD('MILLISECOND', -SLIDE_MS, TIMESTAMP) AS CHANGED_AT, DEVICE_ID, ACTIVITY
  FROM MARKED
  WHERE STEP_MS IS NULL OR STEP_MS > SLIDE_MS OR ACTIVITY <> PREVIOUS
  UNION ALL
  SELECT TIMESTAMP AS CHANGED_AT, DEVICE_ID, NULL::VARCHAR AS ACTIVITY
  FROM MARKED
  WHERE NEXT_MS IS NULL OR NEXT_MS > SLIDE_MS
), NEWEST AS (
  SELECT CHANGED_AT, DEVICE_ID, ACTIVITY FROM CHANGES ORDER BY CHANGED_AT DESC LIMIT ${MAX_TIMELINE_ROWS}
)
SELECT CHANGED_AT AS "time", DEVICE_ID AS "device", ACTIVITY AS "activity"
FROM NEWEST
ORDER BY CHANGED_AT, ACTIVITY NULLS FIRST`;

export const DISTRIBUTION = `${COUNTED}
SELECT
  ${MINUTES}
FROM COUNTED`;

export const RECENT_RECORDS = `SELECT TIMESTAMP AS "time",
  DEVICE_ID AS "device",
  SESSION_ID AS "session",
  ACTIVITY AS "activity",
  CONFIDENCE::FLOAT AS "confidence",
  MAGNITUDE::FLOAT AS "magnitude",
  CADENCE_HZ::FLOAT AS "cadence"
FROM ${PROCESSED}
WHERE ${IN_RANGE}
ORDER BY TIMESTAMP DESC
LIMIT ${MAX_ROWS}`;

export const SESSION_TABLE = `${COUNTED}
SELECT MAX(TIMESTAMP) AS "time",
  DEVICE_ID AS "device",
  SESSION_ID AS "session",
  MIN(DATEADD('MILLISECOND', -SLIDE_MS, TIMESTAMP)) AS "started",
  ${MINUTES},
  AVG(MAGNITUDE)::FLOAT AS "magnitude",
  COUNT(*)::NUMBER(18,0) AS "windows"
FROM COUNTED
GROUP BY DEVICE_ID, SESSION_ID
ORDER BY MAX(TIMESTAMP) DESC
LIMIT ${MAX_ROWS}`;

/** Days of UTC. A window belongs to the day it ends in. */
export const MINUTES_A_DAY = `${COUNTED}
SELECT DATE_TRUNC('DAY', TIMESTAMP) AS "time",
  ${MINUTES}
FROM COUNTED
GROUP BY 1
ORDER BY 1`;

/** The day is text: as a time it would be shown in the browser's time zone, which may be the day before. */
export const MINUTES_A_DAY_BY_DEVICE = `${COUNTED}
SELECT TIMESTAMP::DATE::VARCHAR AS "day",
  DEVICE_ID AS "device",
  ${MINUTES}
FROM COUNTED
GROUP BY TIMESTAMP::DATE, DEVICE_ID
ORDER BY TIMESTAMP::DATE DESC, DEVICE_ID
LIMIT ${MAX_ROWS}`;

/**
 * What arrived in the time range. The Kafka connector leaves the typed columns of this table NULL; its rows have a branch of
 * their own, since a COALESCE in the filter would make Snowflake read the whole table for the rows of our own sink as well.
 */
const ARRIVED = `WITH ARRIVED AS (
  SELECT RECEIVED_AT AS ARRIVED_AT, LOADED_AT, DEVICE_ID, SESSION_ID
  FROM ${RAW}
  WHERE RECEIVED_AT IS NOT NULL
  UNION ALL
  SELECT TO_TIMESTAMP_NTZ(RECORD_CONTENT:receivedAt::NUMBER(18,0), 3) AS ARRIVED_AT, LOADED_AT,
    RECORD_CONTENT:deviceId::VARCHAR AS DEVICE_ID, RECORD_CONTENT:sessionId::VARCHAR AS SESSION_ID
  FROM ${RAW}
  WHERE RECEIVED_AT IS NULL
)`;

export const FRESHNESS = `${ARRIVED}
SELECT DATEDIFF('SECOND', MAX(ARRIVED_AT), SYSDATE())::FLOAT AS "newest readings",
  DATEDIFF('SECOND', MAX(LOADED_AT), SYSDATE())::FLOAT AS "last load"
FROM ARRIVED
WHERE $__timeFilter(ARRIVED_AT) AND ${CHOSEN}
HAVING COUNT(*) > 0`;

export const INGEST_LAG = `${ARRIVED}
SELECT $__timeGroup(ARRIVED_AT, 1m) AS "time",
  AVG(DATEDIFF('MILLISECOND', ARRIVED_AT, LOADED_AT))::FLOAT / 1000 AS "mean",
  MAX(DATEDIFF('MILLISECOND', ARRIVED_AT, LOADED_AT))::FLOAT / 1000 AS "longest"
FROM ARRIVED
WHERE LOADED_AT IS NOT NULL AND $__timeFilter(ARRIVED_AT) AND ${CHOSEN}
GROUP BY 1
ORDER BY 1`;

/** Where a version of the thresholds first decided; the oldest in the time range is no change. */
export const THRESHOLD_CHANGES = `SELECT "time", "text" FROM (
  SELECT MIN(TIMESTAMP) AS "time",
    'Thresholds version ' || THRESHOLDS_VERSION::VARCHAR AS "text",
    ROW_NUMBER() OVER (ORDER BY MIN(TIMESTAMP)) AS ORDINAL
  FROM ${PROCESSED}
  WHERE ${IN_RANGE} AND THRESHOLDS_VERSION IS NOT NULL
  GROUP BY THRESHOLDS_VERSION
)
WHERE ORDINAL > 1
ORDER BY "time"
LIMIT ${MAX_ROWS}`;
