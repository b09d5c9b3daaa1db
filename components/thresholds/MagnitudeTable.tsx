import { tableOf } from "../../islands/thresholds/lanes.ts";
import { TRUTHS } from "../../stream/tuning_answers.ts";
import type { Histogram } from "../../web/services.ts";

/** The histogram for those who do not see the plot, or want figures. */
export function MagnitudeTable({ histogram }: { histogram: Histogram | null }) {
  const kinds = [...TRUTHS, "unlabelled"] as const;
  return (
    <details class="more-of-it">
      <summary>Windows as a table</summary>
      <div class="table-frame" tabIndex={0} role="region" aria-label="Windows by mean magnitude">
        <table class="table figures">
          <thead>
            <tr>
              <th scope="col">mean, m/s²</th>
              {kinds.map((kind) => <th key={kind} scope="col" class="number">{kind}</th>)}
            </tr>
          </thead>
          <tbody>
            {histogram !== null && tableOf(histogram).map(({ fromMs2, toMs2, counts }) => (
              <tr key={fromMs2}>
                <th scope="row">{toMs2 === null ? `${fromMs2} and more` : `${fromMs2} to ${toMs2}`}</th>
                {kinds.map((kind) => <td key={kind} class="number">{counts[kind].toLocaleString("en")}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
