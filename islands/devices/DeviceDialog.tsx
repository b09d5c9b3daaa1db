import { Dialog } from "../../components/Dialog.tsx";
import { type DeviceAction, nameOf } from "../../components/devices/DeviceCard.tsx";
import type { DeviceItem } from "../../web/devices.ts";
import { send } from "../send.ts";
import { useChange } from "./use_change.ts";

/** Longest name, as the server takes it. */
const MAX_NAME_LENGTH = 128;

export interface DeviceDialogProps {
  action: Exclude<DeviceAction, "remove" | "pair">;
  item: DeviceItem;
  /** Something was changed; the text says what. */
  onChanged(text: string): void;
  onClose(): void;
}

const TITLES = {
  edit: (name: string) => `Change ${name}`,
  revoke: (name: string) => `Revoke the key of ${name}?`,
};

/** Changes a device, or takes its key away. */
export function DeviceDialog(props: DeviceDialogProps) {
  const { action, item, onClose } = props;
  const Body = { edit: EditForm, revoke: RevokeForm }[action];
  return (
    <Dialog title={TITLES[action](nameOf(item))} onClose={onClose}>
      <Body {...props} />
    </Dialog>
  );
}

const pathOf = ({ deviceId }: DeviceItem) => `/api/devices/${encodeURIComponent(deviceId)}`;

const Failure = ({ text }: { text: string }) =>
  text === "" ? null : <p class="hint warn" role="alert">{text}</p>;

function EditForm({ item, onChanged, onClose }: DeviceDialogProps) {
  const { isBusy, failure, run } = useChange();
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(form.get("name")).trim() || null;
    return run(async () => {
      await send("PATCH", pathOf(item), { name, gravity: form.get("gravity"), unit: form.get("unit") });
      onChanged(`${name ?? item.deviceId} is changed.`);
      onClose();
    });
  };
  return (
    <form onSubmit={save}>
      <div>
        <label for="device-name">Name</label>
        <input
          id="device-name"
          name="name"
          defaultValue={item.name ?? ""}
          maxLength={MAX_NAME_LENGTH}
          placeholder={item.deviceId}
          autocomplete="off"
        />
      </div>
      <div>
        <label for="device-gravity">Gravity in its readings</label>
        <select id="device-gravity" name="gravity" aria-describedby="device-gravity-hint">
          <Choice value="auto" now={item.gravity}>Automatic (found out)</Choice>
          <Choice value="included" now={item.gravity}>Always in them (accelerometer)</Choice>
          <Choice value="removed" now={item.gravity}>Never in them (linear acceleration)</Choice>
        </select>
      </div>
      <div>
        <label for="device-unit">Unit of its readings</label>
        <select id="device-unit" name="unit" aria-describedby="device-gravity-hint">
          <Choice value="auto" now={item.unit}>Automatic (found out)</Choice>
          <Choice value="ms2" now={item.unit}>m/s²</Choice>
          <Choice value="g" now={item.unit}>g (1 g = 9.81 m/s²)</Choice>
        </select>
        <p class="hint" id="device-gravity-hint">
          Automatic is right for nearly every phone. Set it only when its results are plainly wrong: from then
          on every new window is taken as you say, also against what the readings show.
        </p>
      </div>
      <Failure text={failure.value} />
      <p class="actions">
        <button type="button" onClick={onClose}>Cancel</button>
        <button type="submit" class="primary" disabled={isBusy.value}>Save</button>
      </p>
    </form>
  );
}

function Choice({ value, now, children }: { value: string; now: string; children: string }) {
  return <option value={value} selected={value === now}>{children}</option>;
}

function RevokeForm({ item, onChanged, onClose }: DeviceDialogProps) {
  const { isBusy, failure, run } = useChange();
  const revoke = () =>
    run(async () => {
      await send("DELETE", `${pathOf(item)}/key`);
      onChanged(`The key of ${nameOf(item)} is revoked.`);
      onClose();
    });
  return (
    <>
      <p>
        From now on the phone is refused with this key. That cannot be undone: to let it in again, give it a
        new one. Its sessions stay.
      </p>
      <Failure text={failure.value} />
      <p class="actions">
        <button type="button" onClick={onClose}>Cancel</button>
        <button type="button" class="danger" disabled={isBusy.value} onClick={revoke}>Revoke the key</button>
      </p>
    </>
  );
}
