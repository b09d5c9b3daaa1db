import {
  extentOf,
  HEIGHT,
  type Lane,
  lanesOf,
  summaryOf,
  WIDTH,
  type Zone,
  zonesOf,
} from "../../islands/thresholds/lanes.ts";
import { useMemo } from "preact/hooks";
import type { TuningModel } from "../../islands/thresholds/model.ts";
import type { Preview } from "../../web/services.ts";
import { ActivityMark } from "../ActivityMark.tsx";
import { Handle } from "./Handle.tsx";
import { MagnitudeAxis } from "./MagnitudeAxis.tsx";
import { MagnitudeTable } from "./MagnitudeTable.tsx";
import { TryAgain } from "./TryAgain.tsx";
import { percent } from "./words.ts";

/** Windows by mean magnitude, a lane for each label, with the thresholds to take hold of. */
export function MagnitudePlot({ model }: { model: TuningModel }) {
  const histogram = model.histogram.answer.value;
  const lanes = useMemo(() => histogram === null ? [] : lanesOf(histogram), [histogram]);
  const values = model.values.value;
  return (
    <>
      <div class="magnitudes" aria-busy={model.histogram.isBusy.value}>
        {histogram !== null && (
          <>
            <div class="lanes" aria-hidden="true">
              {lanes.map((lane) => (
                <LaneView
                  key={lane.kind}
                  lane={lane}
                  zones={values === null || lane.kind === "unlabelled" ? [] : zonesOf(lane.kind, values)}
                />
              ))}
            </div>
            <Handle model={model} field="walkingMs2" activity="walking" />
            <Handle model={model} field="runningMs2" activity="running" />
          </>
        )}
        <MagnitudeAxis />
      </div>
      <p class="quick" aria-hidden="true">{quickScore(model.preview.answer.value)}</p>
      <p class="hint">
        Tinted: where windows get that answer; paler: where the step rate decides. Axis and bars go by the
        square root, so that small magnitudes and rare windows can be seen.
      </p>
      <TryAgain of={model.histogram} what="The windows are not loaded" />
      <p class="hint plot-summary">
        {histogram === null ? "Loading the windows…" : summaryOf(histogram, values)}
      </p>
      <MagnitudeTable histogram={histogram} />
    </>
  );
}

/** The preview in short, for the eye that is on the plot. */
function quickScore(preview: Preview | null): string {
  if (preview === null || preview.labelledWindows === 0) return "\u00a0";
  return `${percent(preview.before.accuracy)} → ${percent(preview.after.accuracy)} right`;
}

function LaneView({ lane: { kind, windows, path }, zones }: { lane: Lane; zones: Zone[] }) {
  return (
    <div class={`magnitude-lane ${kind}-lane`}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        {zones.map((zone) => {
          const { from, to } = extentOf(zone);
          return (
            <rect
              key={`${zone.from} ${zone.to}`}
              class={zone.byCadence ? "zone maybe" : "zone"}
              x={WIDTH * from}
              width={WIDTH * (to - from)}
              height={HEIGHT}
            />
          );
        })}
        <path d={path} />
      </svg>
      <p>
        {kind !== "unlabelled" && <ActivityMark activity={kind} />}
        {kind} <b>{windows.toLocaleString("en")}</b>
      </p>
    </div>
  );
}
