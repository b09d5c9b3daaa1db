/**
 * How many readings a second one core classifies, without HTTP and without a log.
 *
 * @module
 */
import { SessionTable } from "../stream/session_table.ts";
import { DEFAULT_WINDOW } from "../stream/settings.ts";
import { DEFAULT_THRESHOLDS } from "../stream/thresholds.ts";
import { READINGS_PER_BATCH } from "./batch_request.ts";
import type { Row } from "./report.ts";

/** Different data for neighbours, so that branches are not learned by heart. */
const SIGNALS = 64;
const STEP_MS = 20;
const START_MS = 1_767_225_600_000;
const WARM_UP_S = 5;

/**
 * Feeds the sessions one batch a second of their own time.
 *
 * @param sessions how many are open at the same time
 * @param secs how much of their time passes, s
 */
export function benchStream(sessions: number, secs: number): Row {
  const table = new SessionTable(DEFAULT_WINDOW, DEFAULT_THRESHOLDS);
  const slots = Array.from({ length: sessions }, () => table.open());
  const signals = Array.from({ length: SIGNALS }, (_, i) => signal([0.1, 5, 14][i % 3]));
  const tMs = new Float64Array(READINGS_PER_BATCH);
  let windows = 0;
  let startedMs = performance.now();
  for (let s = -WARM_UP_S; s < secs; s++) {
    if (s === 0) [startedMs, windows] = [performance.now(), 0];
    for (let i = 0; i < READINGS_PER_BATCH; i++) tMs[i] = START_MS + s * 1000 + i * STEP_MS;
    for (let n = 0; n < sessions; n++) {
      table.feed(
        slots[n],
        tMs,
        signals[(n + s + WARM_UP_S) % SIGNALS],
        READINGS_PER_BATCH,
        "unknown",
        () => windows++,
      );
    }
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const readings = sessions * secs * READINGS_PER_BATCH;
  return {
    suite: "stream",
    sessions,
    readings,
    seconds,
    readingsPerS: readings / seconds,
    windowsPerS: windows / seconds,
    usPerBatch: seconds * 1e6 / (sessions * secs),
    stateBytes: table.stateBytes,
  };
}

function signal(amplitude: number): Float64Array {
  return Float64Array.from({ length: 3 * READINGS_PER_BATCH }, (_, i) => {
    const gravity = i % 3 === 2 ? 9.81 : 0;
    return gravity + amplitude * (Math.sin(i / 8) + Math.random() - 0.5);
  });
}
