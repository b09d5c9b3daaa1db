import { pathOf } from "../../islands/thresholds/address.ts";
import { rowsOf } from "../../islands/thresholds/differences.ts";
import type { ThresholdsState } from "../../web/services.ts";
import type { ReadyChange } from "./ChangeDialog.tsx";
import { nameOf, withUnit } from "./words.ts";

interface OverridesProps {
  state: ThresholdsState;
  names: Record<string, string>;
  canEdit: boolean;
  onChange(change: ReadyChange): void;
}

/** Devices with values of their own. */
export function Overrides({ state: { overrides, values }, names, canEdit, onChange }: OverridesProps) {
  return (
    <section class="panel" aria-labelledby="overrides-title">
      <h2 id="overrides-title">Devices with values of their own</h2>
      {overrides.length === 0
        ? (
          <p class="hint">
            None. For someone whose walk is another's jog, choose the device at the top and save.
          </p>
        )
        : (
          <ul class="overrides">
            {overrides.map((override) => {
              const name = nameOf(override.deviceId, names);
              const differences = rowsOf(values, override.values).filter(({ differs }) => differs);
              return (
                <li key={override.deviceId}>
                  <p>
                    <a href={pathOf({ deviceId: override.deviceId, sessions: null })}>{name}</a>
                    <span class="hint">
                      {`v${override.version}: `}
                      {differences.length === 0
                        ? "the same as all devices now"
                        : differences.map(({ name, unit, texts }) => `${name} ${withUnit(texts[1], unit)}`)
                          .join(
                            ", ",
                          )}
                    </span>
                  </p>
                  <button
                    type="button"
                    disabled={!canEdit}
                    aria-label={`Remove the values of ${name}`}
                    onClick={() =>
                      onChange({
                        title: `Remove the values of ${name}?`,
                        text:
                          "Its windows go by the values of all devices from then on. The history keeps its own.",
                        change: {
                          deviceId: override.deviceId,
                          values: null,
                          message: `${name} goes by the values of all devices again`,
                        },
                      })}
                  >
                    Remove
                  </button>
                </li>
              );
            })}
          </ul>
        )}
    </section>
  );
}
