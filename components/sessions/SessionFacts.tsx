import type { ComponentChildren } from "preact";
import type { ReadingCounts } from "../../web/services.ts";
import type { SessionModel } from "../../islands/sessions/model.ts";
import { pagePath } from "../../islands/sessions/api.ts";
import { Time } from "../Time.tsx";
import { ActivityTotals } from "./ActivityTotals.tsx";
import { formatSpan } from "./words.ts";

/** Which thresholds decided a session's windows, and which would now. */
export interface SessionVersions {
  /** Of its first window. */
  first: number;
  inForce: number;
}

interface SessionFactsProps {
  model: SessionModel;
  deviceName: string;
  versions: SessionVersions | null;
  idBefore: string | null;
  /** Shows what deciding it again would change; null: not allowed. */
  onReclassify: (() => void) | null;
}

/** The session in figures. */
export function SessionFacts({ model, deviceName, versions, idBefore, onReclassify }: SessionFactsProps) {
  const { deviceId, startedAt, endedAt, windows, gaps, totals, counts, current, live } = model.session.value;
  const lengthMs = (endedAt ?? 0) - (startedAt ?? 0);
  const coveredMs = Object.values(totals).reduce((sum, ms) => sum + ms, 0);
  return (
    <section class="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">The whole session</h2>
      <ActivityTotals totals={totals} />
      <dl class="facts">
        <Fact name="device">
          <a href={`/devices/${encodeURIComponent(deviceId)}`}>{deviceName}</a>
        </Fact>
        {idBefore !== null && (
          <Fact name="phone's clock">
            {"was set back; until then "}
            <a href={pagePath({ deviceId, sessionId: idBefore })}>{idBefore}</a>
          </Fact>
        )}
        {startedAt !== null && endedAt !== null && (
          <>
            <Fact name="began">
              <Time ms={startedAt} />
            </Fact>
            <Fact name={live ? "so far until" : "ended"}>
              <Time ms={endedAt} />
            </Fact>
            <Fact name="lasted">{formatSpan(lengthMs)}</Fact>
            <Fact name="windows">{windows.toLocaleString("en")}</Fact>
            <Fact name="time with results">{`${floorPercent(coveredMs, lengthMs)}\u00a0%`}</Fact>
            <Fact name="gaps">{gaps === 0 ? "none" : `${gaps}, ${formatSpan(lengthMs - coveredMs)}`}</Fact>
            {counts && <Counts {...counts} />}
          </>
        )}
        {versions && current && (
          <Versions {...versions} last={current.thresholdsVersion} onReclassify={onReclassify} />
        )}
        {current && (
          <Fact name="gravity">
            {current.gravityRemoved ? "was in the readings, taken out" : "not in the readings"}
          </Fact>
        )}
      </dl>
    </section>
  );
}

/** Readings that are in no window: too late for it, or there already. */
function Counts({ readings, late, duplicates }: ReadingCounts) {
  const all = readings + late + duplicates;
  const share = (part: number) =>
    part === 0
      ? "none"
      : `${part.toLocaleString("en")}, ${floorPercent(part, all) || "under 1"}\u00a0% of all`;
  return (
    <>
      <Fact name="readings">{all.toLocaleString("en")}</Fact>
      <Fact name="came too late">{share(late)}</Fact>
      <Fact name="came twice">{share(duplicates)}</Fact>
    </>
  );
}

interface VersionsProps extends SessionVersions, Pick<SessionFactsProps, "onReclassify"> {
  /** Of its newest window. */
  last: number;
}

function Versions({ first, last, inForce, onReclassify }: VersionsProps) {
  const isCurrent = first === inForce && last === inForce;
  return (
    <Fact name="decided by thresholds">
      <a href="/thresholds">{first === last ? `v${last}` : `v${first} to v${last}`}</a>
      {isCurrent ? ", in force" : `, v${inForce} is in force `}
      {!isCurrent && onReclassify && <button type="button" onClick={onReclassify}>Decide again…</button>}
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** 100 only when there is nothing missing. */
const floorPercent = (part: number, whole: number) => Math.floor(Math.min(1, part / whole) * 100);
