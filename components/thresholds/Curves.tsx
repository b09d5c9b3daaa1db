import { placeOf } from "../../islands/thresholds/scale.ts";
import type { Suggestion } from "../../web/services.ts";
import { ActivityMark } from "../ActivityMark.tsx";
import { MagnitudeAxis } from "./MagnitudeAxis.tsx";
import { percent } from "./words.ts";

const WIDTH = 1000;
const HEIGHT = 100;
/** The lowest share that is drawn: what is worse need not be told apart. */
const FLOOR = 0.5;

type CurveName = keyof Suggestion["curves"];
const CURVES: [CurveName, "walking" | "running"][] = [["walkingMs2", "walking"], ["runningMs2", "running"]];

/** How right answers would be with other thresholds than those suggested. */
export function Curves({ suggestion }: { suggestion: Suggestion }) {
  const { curves, values, after } = suggestion;
  return (
    <section class="panel" aria-labelledby="curves-title">
      <h2 id="curves-title">How it was found</h2>
      <p class="hint">
        {`Right answers by threshold, from ${percent(FLOOR)} at the bottom to ${
          percent(1)
        } at the top, the other ` +
          `values being those suggested. Suggested: walking from ${values.walkingMs2}, running from ` +
          `${values.runningMs2}\u00a0m/s², ${percent(after.accuracy)} right.`}
      </p>
      <div class="magnitudes curves" aria-hidden="true">
        <div class="lanes">
          {CURVES.map(([name, activity]) => (
            <div key={name} class={`magnitude-lane ${activity}-lane`}>
              <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
                <line
                  class="best"
                  x1={WIDTH * placeOf(values[name])}
                  x2={WIDTH * placeOf(values[name])}
                  y2={HEIGHT}
                />
                <polyline points={pointsOf(curves[name])} />
              </svg>
              <p>
                <ActivityMark activity={activity} />
                {activity} from
              </p>
            </div>
          ))}
        </div>
        <MagnitudeAxis />
      </div>
      <details class="more-of-it">
        <summary>Curves as a table</summary>
        <div
          class="table-frame curve-tables"
          tabIndex={0}
          role="region"
          aria-label="Right answers by threshold"
        >
          {CURVES.map(([name, activity]) => (
            <CurveTable
              key={name}
              curve={curves[name]}
              activity={activity}
            />
          ))}
        </div>
      </details>
    </section>
  );
}

function CurveTable({ curve, activity }: { curve: Suggestion["curves"][CurveName]; activity: string }) {
  return (
    <table class="table figures">
      <thead>
        <tr>
          <th scope="col">{`${activity} from, m/s²`}</th>
          <th scope="col" class="number">right</th>
        </tr>
      </thead>
      <tbody>
        {curve.map(([ms2, accuracy]) => (
          <tr key={ms2}>
            <th scope="row">{ms2}</th>
            <td class="number">{percent(accuracy)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function pointsOf(curve: Suggestion["curves"][CurveName]): string {
  return curve.map(([ms2, accuracy]) => {
    const height = Math.max(0, (accuracy - FLOOR) / (1 - FLOOR));
    return `${(WIDTH * placeOf(ms2)).toFixed(1)},${(HEIGHT * (1 - height)).toFixed(1)}`;
  }).join(" ");
}
