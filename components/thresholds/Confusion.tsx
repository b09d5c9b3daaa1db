import { ACTIVITIES } from "../../log/records.ts";
import { TRUTHS } from "../../stream/tuning_answers.ts";
import type { Score } from "../../web/services.ts";
import { ActivityMark } from "../ActivityMark.tsx";

/** Shades of a cell: more could not be told apart. */
const SHADES = 5;

/** Which label got which answer. @param score null: not known yet */
export function Confusion({ score }: { score: Score | null }) {
  return (
    <table class="table confusion">
      <caption>What labelled windows are answered with</caption>
      <thead>
        <tr>
          <th scope="col">label</th>
          {ACTIVITIES.map((activity) => (
            <th key={activity} scope="col">
              <ActivityMark activity={activity} />
              <span class="answer">{activity}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {TRUTHS.map((truth) => {
          const counts = score?.confusion[truth];
          const total = counts ? Object.values(counts).reduce((sum, count) => sum + count, 0) : 0;
          return (
            <tr key={truth}>
              <th scope="row">
                <ActivityMark activity={truth} />
                {truth}
              </th>
              {ACTIVITIES.map((activity) => {
                const count = counts?.[activity] ?? 0, share = total === 0 ? 0 : count / total;
                return (
                  <td
                    key={activity}
                    class={`${activity === truth ? "right" : "wrong"} shade-${Math.ceil(SHADES * share)}`}
                  >
                    <span>
                      {total === 0 ? "–" : shareText(share)}
                    </span>
                    <small>{total === 0 ? "\u00a0" : count.toLocaleString("en")}</small>
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Only what is all or none is whole. */
const shareText = (share: number) =>
  `${Number.isInteger(share) ? 100 * share : (100 * share).toFixed(1)}\u00a0%`;
