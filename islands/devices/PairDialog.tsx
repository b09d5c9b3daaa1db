import { useSignal } from "@preact/signals";
import { ArrivalBox } from "../../components/devices/ArrivalBox.tsx";
import { type IssuedKey, KeyWays, Way } from "../../components/devices/KeyWays.tsx";
import { toDeviceId } from "../../components/devices/pairing_words.ts";
import { ScanPage } from "../../components/devices/ScanPage.tsx";
import { Dialog } from "../../components/Dialog.tsx";
import { send } from "../send.ts";
import { useArrival } from "./use_arrival.ts";
import { useChange } from "./use_change.ts";
import { useCode } from "./use_code.ts";

/** Longest name that fits a card on a small phone. */
const MAX_NAME_LENGTH = 40;

/** A device that is to be paired. */
interface Paired {
  deviceId: string;
  name: string | null;
  hasKey: boolean;
}

export interface PairDialogProps {
  /** null: a new one, whose name is asked first. */
  item: Paired | null;
  /** A key was made. */
  onChanged(): void;
  onClose(): void;
}

/** From a name to the first readings. */
export function PairDialog({ item, onChanged, onClose }: PairDialogProps) {
  const device = useSignal<Paired | null>(item);
  const { value } = device;
  return (
    <Dialog
      title={value === null ? "Pair a phone" : `Pair ${value.name ?? value.deviceId}`}
      onClose={onClose}
    >
      {value === null
        ? <NameForm onNamed={(paired) => device.value = paired} onClose={onClose} />
        : <Pairing device={value} onChanged={onChanged} onClose={onClose} />}
    </Dialog>
  );
}

function NameForm({ onNamed, onClose }: { onNamed(device: Paired): void; onClose(): void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name")).trim();
    const [random] = crypto.getRandomValues(new Uint16Array(1));
    onNamed({ deviceId: toDeviceId(name, random), name, hasKey: false });
  };
  return (
    <form onSubmit={submit}>
      <div>
        <label for="phone-name">What do you call the phone?</label>
        <input
          id="phone-name"
          name="name"
          required
          maxLength={MAX_NAME_LENGTH}
          pattern=".*\S.*"
          placeholder="Pixel 8"
          autocomplete="off"
        />
      </div>
      <p class="actions">
        <button type="button" onClick={onClose}>Cancel</button>
        <button type="submit" class="primary">Next</button>
      </p>
    </form>
  );
}

function Pairing(
  { device: { deviceId, name, hasKey }, onChanged, onClose }: {
    device: Paired;
    onChanged(): void;
    onClose(): void;
  },
) {
  const issued = useSignal<IssuedKey | null>(null);
  const { isBusy, failure, run } = useChange();
  const watched = useArrival(deviceId);
  const { kind } = watched.value.arrival;
  // A key that was not made here was made by the phone, with the code.
  const isUsed = issued.value === null && (kind === "hasKey" || kind === "arriving");
  const code = useCode(
    deviceId,
    name,
    () => issued.value === null && watched.value.arrival.kind !== "arriving",
  );
  const make = () =>
    run(async () => {
      issued.value = await send<IssuedKey>("POST", "/api/devices", { deviceId, name });
      onChanged();
    });
  return (
    <div class="pair">
      <ArrivalBox watched={watched.value} deviceId={deviceId} />
      <div class="ways-in">
        <Way title="The phone's browser" hint="nothing to install" isOpen>
          <ScanPage
            offer={code.offer.value}
            leftMs={code.leftMs.value}
            isUsed={isUsed}
            failure={code.failure.value}
            onNew={code.renew}
          />
        </Way>
        <KeyWays
          issued={issued.value}
          hasKey={hasKey || kind === "hasKey" || kind === "arriving"}
          isBusy={isBusy.value}
          failure={failure.value}
          onMake={make}
        />
      </div>
      <p class="hint">A phone has one key: pairing it another way ends the one before.</p>
      <p class="actions">
        <button type="button" class={kind === "arriving" ? "primary" : ""} onClick={onClose}>
          {kind === "arriving" ? "Done" : "Close"}
        </button>
      </p>
    </div>
  );
}
