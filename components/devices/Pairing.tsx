import type { Device } from "../../web/services.ts";
import type { PairingAddress, QrCode } from "../../web/pairing.ts";
import { CopyText } from "../CopyText.tsx";

/** What the server tells once about a new key. */
export interface IssuedKey {
  device: Device;
  key: string;
  /** The path with the key. */
  ingestPath: string;
  /** The same as whole addresses, the likeliest first. */
  pairing: PairingAddress[];
}

/** The address to put into the phone's app, to scan or to copy: shown this once. */
export function Pairing({ issued: { key, pairing } }: { issued: IssuedKey }) {
  return (
    <div class="pairing-code">
      <p>
        Scan it to have the address on the phone, or copy it, and put it into the app (Sensor Logger: Data
        Streaming → Push URL). It holds the key and is shown only now: whoever has it can send readings as
        this phone.
      </p>
      {pairing.length > 1 && (
        <p class="hint">This machine has several addresses: take the one in the phone's network.</p>
      )}
      {pairing.map(({ url, qr }) => (
        <figure key={url}>
          <Qr code={qr} label={`QR code of ${new URL(url).host}`} />
          <figcaption>
            <CopyText label={`push URL at ${new URL(url).host}`} text={url} />
          </figcaption>
        </figure>
      ))}
      <details>
        <summary>Only the key, for apps that send it in a header</summary>
        <CopyText label="key" text={key} />
        <p class="hint">
          As <code>Authorization: Bearer …</code> or <code>X-API-Key: …</code> with POST to{" "}
          <code>/sensor-data</code>.
        </p>
      </details>
    </div>
  );
}

/** The codes alone, beside instructions that have the addresses. */
export function PairingCodes({ pairing }: Pick<IssuedKey, "pairing">) {
  return (
    <div class="pairing-code">
      <p>Or scan it to have the address on the phone:</p>
      {pairing.map(({ url, qr }) => <Qr key={url} code={qr} label={`QR code of ${new URL(url).host}`} />)}
    </div>
  );
}

/** Dark on light in both colour schemes, as scanners expect. */
function Qr({ code: { size, path }, label }: { code: QrCode; label: string }) {
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
