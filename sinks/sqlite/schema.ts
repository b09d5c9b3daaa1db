/**
 * The read model's database. It can be deleted at any time: it is filled again from the log.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

const SCHEMA_VERSION = 2;

/**
 * `session.search`: its ids as they are searched; `session.reclassified`: which reclassification its windows are decided by.
 * `meta`: of what admins say about sessions, what lists are filtered by, also for sessions that are not here; `labelled` has a
 * bit for each activity. `chunk`: a session's windows of one minute of event time, as the log codec writes them: one row a window
 * would dirty a page per session at every commit. `position`: the processed record to go on with, in the same transaction as
 * what was made of those before it.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS session(
  id INTEGER PRIMARY KEY, device_id TEXT NOT NULL, session_id TEXT NOT NULL, search TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, received_at INTEGER NOT NULL,
  stationary_ms INTEGER NOT NULL, walking_ms INTEGER NOT NULL, running_ms INTEGER NOT NULL, unknown_ms INTEGER NOT NULL,
  windows INTEGER NOT NULL, gaps INTEGER NOT NULL, segments INTEGER NOT NULL, reclassified TEXT,
  UNIQUE(session_id, device_id));
CREATE INDEX IF NOT EXISTS session_started ON session(started_at, id);
CREATE INDEX IF NOT EXISTS session_device ON session(device_id, started_at, id);
CREATE TABLE IF NOT EXISTS meta(
  session_id TEXT NOT NULL, device_id TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL,
  labelled INTEGER NOT NULL, deleted INTEGER NOT NULL, PRIMARY KEY(session_id, device_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunk(
  session INTEGER NOT NULL, minute INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(session, minute)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chunk_minute ON chunk(minute);
CREATE TABLE IF NOT EXISTS segment(
  session INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, activity TEXT NOT NULL,
  windows INTEGER NOT NULL, magnitude_sum REAL NOT NULL, PRIMARY KEY(session, from_ms)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position(partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS log(id TEXT NOT NULL);
`;
/** The only log there was before the model noted which one it is made from. */
const FIRST_LOG_ID = "embedded";

/**
 * Opens or creates the read model; one of another version or another log is emptied, to be filled from the log.
 *
 * @param logId the log's `id`: positions in one log mean nothing in another
 */
export function openReadModel(path: string, logId: string): DatabaseSync {
  const db = new DatabaseSync(path);
  // NORMAL: a power cut may cost the last transactions, never consistency, and the log has everything.
  db.exec("PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-32768;");
  const { user_version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  db.exec("BEGIN IMMEDIATE");
  if (user_version !== SCHEMA_VERSION || logIdOf(db) !== logId) {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
      name: string;
    }[];
    for (const { name } of tables) db.exec(`DROP TABLE "${name}"`);
  }
  db.exec(`${SCHEMA}PRAGMA user_version=${SCHEMA_VERSION};DELETE FROM log;`);
  db.prepare("INSERT INTO log(id) VALUES(?)").run(logId);
  db.exec("COMMIT");
  return db;
}

/** The log that the model is made from. */
function logIdOf(db: DatabaseSync): string {
  if (!db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'log'").get()) return FIRST_LOG_ID;
  return (db.prepare("SELECT id FROM log").get() as { id: string }).id;
}
