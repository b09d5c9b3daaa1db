import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import type { Device } from "../web/services.ts";
import { postJson } from "../islands/live/post.ts";
import { CopyText } from "./CopyText.tsx";
import type { Addresses } from "./WaysIn.tsx";

/** What the server tells once about a new phone. */
export interface AddedPhone {
  device: Device;
  key: string;
  /** The path with the key, for example "/ingest/…". */
  ingestPath: string;
}

export interface AddPhoneProps {
  addresses: Addresses;
  /** Lives outside, so that the key stays on screen when the first reading turns the page. */
  added: Signal<AddedPhone | null>;
  onAdded(phone: AddedPhone): void;
}

/** Longest name that fits a card on a small phone. */
const MAX_NAME_LENGTH = 40;

/** Gives a phone a name and a key, then shows the address to type into it. */
export function AddPhone({ addresses, added, onAdded }: AddPhoneProps) {
  const failure = useSignal("");
  const busy = useSignal(false);
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name")).trim();
    busy.value = true;
    failure.value = "";
    try {
      onAdded(await postJson<AddedPhone>("/api/devices", { deviceId: toDeviceId(name), name }));
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };
  if (addresses.lan.length === 0) {
    return (
      <>
        <p>
          The server listens on this machine only, so phones cannot reach it yet. Stop it and start it with:
        </p>
        <CopyText label="start command" text="HOST=0.0.0.0 deno task start" />
        <p class="hint">Then reload this page. Phone and machine must be in the same network.</p>
      </>
    );
  }
  if (added.value) {
    return (
      <Pairing
        phone={added.value}
        addresses={addresses}
        onAnother={() => added.value = null}
      />
    );
  }
  return (
    <form onSubmit={add}>
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
      <button type="submit" disabled={busy.value}>Add a phone</button>
      {failure.value && <p class="hint warn" role="alert">{failure.value}</p>}
    </form>
  );
}

function Pairing(
  { phone, addresses, onAnother }: { phone: AddedPhone; addresses: Addresses; onAnother(): void },
) {
  return (
    <div class="pairing">
      <ol>
        <li>
          In Sensor Logger open the settings (gear), then <b>Data Streaming</b>.
        </li>
        <li>
          Switch on <b>Enable HTTP Push</b> and set <b>Push URL</b> to
          {addresses.lan.map((origin) => (
            <CopyText key={origin} label="push URL" text={origin + phone.ingestPath} />
          ))}
          {addresses.lan.length > 1 && (
            <span class="hint">This machine has several addresses: try them in turn.</span>
          )}
        </li>
        <li>
          Choose only <b>Accelerometer</b> (or Total Acceleration) and press <b>Start Recording</b>.
        </li>
      </ol>
      <p class="hint">
        The URL holds the key of {phone.device.name ?? phone.device.deviceId}{" "}
        and is shown only now: whoever has it can send readings as this phone.
      </p>
      <button type="button" onClick={onAnother}>Add another phone</button>
    </div>
  );
}

/** A readable id; the random end keeps two phones of one name apart. */
function toDeviceId(name: string): string {
  const slug = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") ||
    "phone";
  return `${slug}-${crypto.getRandomValues(new Uint16Array(1))[0].toString(36).padStart(4, "0")}`;
}
