import { useSignal } from "@preact/signals";
import { rowsOf } from "../../islands/thresholds/differences.ts";
import type { ThresholdsVersion } from "../../web/services.ts";
import { audienceOf } from "./words.ts";
import { ValueTable } from "./ValueTable.tsx";

interface CompareProps {
  versions: ThresholdsVersion[];
  names: Record<string, string>;
}

/** Any two versions side by side. */
export function Compare({ versions, names }: CompareProps) {
  const withValues = versions.filter(({ values }) => values !== null);
  const chosen = useSignal<[number, number] | null>(null);
  if (withValues.length < 2) return null;
  const [a, b] = chosen.value ?? [withValues[1].version, withValues[0].version];
  const valuesOf = (version: number) => withValues.find((entry) => entry.version === version)!.values!;
  const choice = (id: string, label: string, now: number, take: (version: number) => void) => (
    <div>
      <label for={id}>{label}</label>
      <select id={id} value={now} onChange={({ currentTarget }) => take(Number(currentTarget.value))}>
        {withValues.map(({ version, deviceId }) => (
          <option key={version} value={version} selected={version === now}>
            {`v${version}, ${audienceOf(deviceId, names)}`}
          </option>
        ))}
      </select>
    </div>
  );
  return (
    <details class="more-of-it">
      <summary>Compare two versions</summary>
      <div class="filters">
        {choice("compare-a", "Version", a, (version) => chosen.value = [version, b])}
        {choice("compare-b", "with version", b, (version) => chosen.value = [a, version])}
      </div>
      <ValueTable
        label="Two versions"
        columns={a === b ? [`v${a}`] : [`v${a}`, `v${b}`]}
        rows={a === b ? rowsOf(valuesOf(a)) : rowsOf(valuesOf(a), valuesOf(b))}
      />
    </details>
  );
}
