import { useContext } from "preact/hooks";
import type { SessionModel } from "../../islands/sessions/model.ts";
import { cut } from "../../islands/sessions/series.ts";
import { lengthOf } from "../../islands/sessions/span.ts";
import type { Label, Segment } from "../../web/services.ts";
import { ActivityMark } from "../ActivityMark.tsx";
import { formatTime } from "../format_time.ts";
import { Zone } from "../Time.tsx";
import { formatSpan } from "./words.ts";

/** More rows than anyone reads; zooming in shows the others. */
const MAX_ROWS = 200;
/** Shown around a segment that is zoomed to, part of its length. */
const MARGIN = 0.2;
/** Segments hardly ever end when a label does: what covers less of one is its neighbour's, part of its length. */
const MIN_SHARE = 0.1;

interface SegmentTableProps {
  model: SessionModel;
  /** Chooses a segment to be labelled; null: for looking only. */
  onChoose: ((segment: Segment) => void) | null;
}

/** The segments in view: the chart as a table. */
export function SegmentTable({ model, onChoose }: SegmentTableProps) {
  const zone = useContext(Zone);
  const { from, to } = model.settledView.value;
  const found = model.session.value.segments.filter((segment) => segment.to > from && segment.from < to);
  const shown = found.slice(0, MAX_ROWS);
  const time = (ms: number) => formatTime(ms, { zone, nowMs: from });
  const zoomTo = (segment: Segment) => {
    const marginMs = MARGIN * lengthOf(segment);
    model.show({ from: segment.from - marginMs, to: segment.to + marginMs });
    model.atMs.value = segment.from;
  };
  return (
    <section class="panel segments" aria-labelledby="segments-title">
      <h2 id="segments-title">Segments in view</h2>
      <p class="hint">
        {found.length > MAX_ROWS
          ? `The first ${MAX_ROWS} of ${found.length.toLocaleString("en")}: zoom in for the others.`
          : found.length === 1
          ? "1 segment. Press its time to zoom there."
          : `${found.length} segments. Press a time to zoom there.`}
      </p>
      <div class="segments-frame" tabIndex={0} role="region" aria-label="Table of segments">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">from</th>
              <th scope="col">it was</th>
              <th scope="col" class="number">for</th>
              <th scope="col" class="number">mean</th>
              <th scope="col">label</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((segment) => (
              <tr key={segment.from}>
                <th scope="row">
                  <button type="button" class="quiet" onClick={() => zoomTo(segment)}>
                    <span class="sr-only">Zoom to</span> {time(segment.from)}
                  </button>
                </th>
                <td>
                  <span class="what">
                    <ActivityMark activity={segment.activity} />
                    {segment.activity}
                  </span>
                </td>
                <td class="number">{formatSpan(lengthOf(segment))}</td>
                <td class="number">{`${segment.magnitude.toFixed(1)}\u00a0m/s²`}</td>
                <td>
                  <LabelCell
                    labels={labelsIn(model.labels, segment)}
                    name={`${segment.activity} from ${time(segment.from)}`}
                    onChoose={onChoose && (() => onChoose(segment))}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function LabelCell(
  { labels, name, onChoose }: { labels: string; name: string; onChoose: (() => void) | null },
) {
  if (onChoose === null) return <>{labels || "–"}</>;
  return (
    <button type="button" class="quiet" onClick={onChoose}>
      {labels === ""
        ? (
          <>
            Label <span class="sr-only">{name}</span>
          </>
        )
        : (
          <>
            <span class="sr-only">{`Label of ${name}:`}</span> {labels}
          </>
        )}
    </button>
  );
}

/** "walking", or both when there are several; one that only reaches in is left out. */
const labelsIn = (labels: readonly Label[], segment: Segment): string =>
  [
    ...new Set(
      cut(labels, segment).filter((label) => lengthOf(label) >= MIN_SHARE * lengthOf(segment))
        .map(({ activity }) => activity),
    ),
  ].join(", ");
