import { useSignal } from "@preact/signals";
import { MAX_CHOSEN } from "../../islands/thresholds/address.ts";
import type { TuningModel } from "../../islands/thresholds/model.ts";
import { SessionsDialog } from "../../islands/thresholds/SessionsDialog.tsx";
import type { DeviceChoice } from "../../web/sessions_page.ts";

interface BasisProps {
  model: TuningModel;
  /** null: too many to choose from. */
  devices: DeviceChoice[] | null;
  names: Record<string, string>;
  nowMs: number;
}

/** For whom the values are, and what they are tried on. */
export function Basis({ model, devices, names, nowMs }: BasisProps) {
  const isChoosing = useSignal(false);
  const { sessions, deviceId } = model.choice.value;
  const hasOthers = deviceId === null && model.state.value.overrides.length > 0;
  return (
    <div class="basis">
      {devices === null ? <DeviceInput model={model} /> : <DeviceSelect model={model} devices={devices} />}
      <div>
        <p class="basis-label" id="basis-sessions">Tried on sessions</p>
        <button
          type="button"
          aria-labelledby="basis-sessions basis-choice"
          onClick={() => isChoosing.value = true}
        >
          <span id="basis-choice">{sessions === null ? "All labelled…" : `${sessions.length} chosen…`}</span>
        </button>
      </div>
      {hasOthers && <p class="hint">The preview leaves out sessions of devices with values of their own.</p>}
      {isChoosing.value && (
        <SessionsDialog
          model={model}
          max={MAX_CHOSEN}
          names={names}
          nowMs={nowMs}
          onClose={() => isChoosing.value = false}
        />
      )}
    </div>
  );
}

function DeviceSelect({ model, devices }: { model: TuningModel; devices: DeviceChoice[] }) {
  const { deviceId } = model.choice.value;
  const own = new Set(model.state.value.overrides.map((override) => override.deviceId));
  return (
    <div>
      <label for="for-device">Values for</label>
      <select
        id="for-device"
        value={deviceId ?? ""}
        onChange={({ currentTarget }) => model.setDevice(currentTarget.value || null)}
      >
        <option value="" selected={deviceId === null}>all devices</option>
        {devices.map((device) => (
          <option key={device.deviceId} value={device.deviceId} selected={device.deviceId === deviceId}>
            {own.has(device.deviceId) ? `${device.name} (has its own)` : device.name}
          </option>
        ))}
      </select>
    </div>
  );
}

function DeviceInput({ model }: { model: TuningModel }) {
  return (
    <div>
      <label for="for-device">Values for the device</label>
      <input
        id="for-device"
        value={model.choice.value.deviceId ?? ""}
        placeholder="all devices"
        maxLength={128}
        autocomplete="off"
        aria-describedby="for-device-hint"
        onChange={({ currentTarget }) => model.setDevice(currentTarget.value.trim() || null)}
      />
      <p class="hint" id="for-device-hint">Its id; empty for all devices.</p>
    </div>
  );
}
