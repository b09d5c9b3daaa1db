import type { PairingAddress, QrCode } from "../../web/pairing.ts";
import { CopyText } from "../CopyText.tsx";

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

/** An address to scan or to copy. */
export function QrAddress({ address: { url, qr }, what }: { address: PairingAddress; what: string }) {
  const { host } = new URL(url);
  return (
    <figure>
      <Qr code={qr} label={`QR code: ${what} at ${host}`} />
      <figcaption>
        <CopyText label={`${what} at ${host}`} text={url} />
      </figcaption>
    </figure>
  );
}

/** The first address, and the others below: which of them a phone reaches depends on its network. */
export function QrAddresses({ list: [first, ...others], what }: { list: PairingAddress[]; what: string }) {
  return (
    <>
      <QrAddress address={first} what={what} />
      {others.length > 0 && (
        <details class="sub">
          <summary>
            {others.length === 1 ? "Another address" : `${others.length} other addresses`}
          </summary>
          <p class="hint">
            This machine is in several networks. When the phone cannot open the first address, try these.
          </p>
          {others.map((address) => <QrAddress key={address.url} address={address} what={what} />)}
        </details>
      )}
    </>
  );
}
