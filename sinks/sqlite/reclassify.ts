/**
 * Decides a session's windows again. The log and Snowflake keep what was decided live.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Reclassification } from "../../control/session_state.ts";
import {
  ACTIVITY_BYTES,
  readActivityCode,
  readFeatures,
  readMagnitude,
  readTimestamp,
  writeVerdict,
} from "../../log/activity_codec.ts";
import { ACTIVITIES, type Activity } from "../../log/records.ts";
import { classify, confidence, type Features } from "../../stream/classifier.ts";
import { SessionFigures } from "./session_figures.ts";

const UNKNOWN = ACTIVITIES.indexOf("unknown");

type ChunkRow = { minute: number; body: Uint8Array };

/** Decides one after another, as a running session does: its activity is remembered from one window to the next. */
class Decider {
  readonly #with: Reclassification;
  #previous: Activity = "unknown";
  readonly #features: Features = { meanMs2: 0, stdMs2: 0, cadenceHz: null };

  constructor(reclassification: Reclassification) {
    this.#with = reclassification;
  }

  /** Decides a window where it stands. One with too few readings is unknown whatever the thresholds. */
  decide(view: DataView, at: number): void {
    const { values, version } = this.#with;
    let activity: Activity = "unknown";
    if (readActivityCode(view, at) !== UNKNOWN) {
      readFeatures(view, at, this.#features);
      activity = this.#previous = classify(this.#features, values, this.#previous);
    }
    const sure = confidence(this.#features, values, activity);
    writeVerdict(view, at, ACTIVITIES.indexOf(activity), sure, version);
  }
}

export class Reclassifier {
  readonly #chunks;
  readonly #save;
  readonly #dropSegments;

  constructor(db: DatabaseSync) {
    this.#chunks = db.prepare("SELECT minute, body FROM chunk WHERE session = ? ORDER BY minute");
    this.#save = db.prepare("UPDATE chunk SET body = ? WHERE session = ? AND minute = ?");
    this.#dropSegments = db.prepare("DELETE FROM segment WHERE session = ?");
  }

  /**
   * Decides the windows up to the reclassification's last again and takes the session's segments away; inside a transaction.
   *
   * @param id the session's row
   * @returns what its windows add up to now, with all segments
   */
  run(id: number, reclassification: Reclassification, slideMs: number): SessionFigures {
    const decider = new Decider(reclassification), figures = new SessionFigures();
    // All rows at once: SQLite does not say what a cursor sees of updates made meanwhile.
    for (const { minute, body } of this.#chunks.all(id) as unknown as ChunkRow[]) {
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      let changed = false;
      for (let at = 0; at < body.length; at += ACTIVITY_BYTES) {
        const timestamp = readTimestamp(view, at);
        if (timestamp <= reclassification.untilMs) {
          decider.decide(view, at);
          changed = true;
        }
        figures.add(timestamp, ACTIVITIES[readActivityCode(view, at)], readMagnitude(view, at), slideMs);
      }
      if (changed) this.#save.run(body, id, minute);
    }
    this.#dropSegments.run(id);
    return figures;
  }
}
