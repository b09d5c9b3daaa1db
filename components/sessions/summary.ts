/**
 * What is in view, in words.
 *
 * @module
 */
import { useContext } from "preact/hooks";
import type { Summary } from "../../islands/sessions/series.ts";
import type { SessionModel } from "../../islands/sessions/model.ts";
import type { Span } from "../../islands/sessions/span.ts";
import { formatTime } from "../format_time.ts";
import { Zone } from "../Time.tsx";
import { formatSpan, totalsText } from "./words.ts";

/** A sentence or three, for those who do not see the chart and for those who want figures. */
export function describe(summary: Summary | null, view: Span, zone: string): string {
  // Against its own day: the date of the session is in the page's head.
  const time = (ms: number) => formatTime(ms, { zone, nowMs: view.from });
  const span = `${time(view.from)} to ${time(view.to)}, ${formatSpan(view.to - view.from)}`;
  if (!summary?.magnitude) return `${span}: no results.`;
  const { totals, gaps, gapMs, magnitude: { meanMs2, minMs2, maxMs2 } } = summary;
  const gapText = gaps === 0
    ? ""
    : ` ${gaps === 1 ? "1 gap" : `${gaps} gaps`}, ${formatSpan(gapMs)} without results.`;
  return `${span}: ${totalsText(totals)}. Magnitude ${meanMs2.toFixed(1)}\u00a0m/s² on average, ${
    minMs2.toFixed(1)
  } to ${maxMs2.toFixed(1)}\u00a0m/s².${gapText}`;
}

/** The words for what is in view. */
export const useSummary = (model: SessionModel): string =>
  describe(model.summary.value, model.settledView.value, useContext(Zone));
