import type { PairingOffer } from "../../islands/devices/use_code.ts";
import { CopyText } from "../CopyText.tsx";
import { formatLeft } from "./pairing_words.ts";
import { QrAddress, QrAddresses } from "./Qr.tsx";

export interface ScanPageProps {
  /** null: not yet here. */
  offer: PairingOffer | null;
  /** Until the code ends, ms. */
  leftMs: number;
  /** A phone has exchanged the code for its key. */
  isUsed: boolean;
  /** Why there is no code; "" when there is. */
  failure: string;
  onNew(): void;
}

/** The phone page's code, for a phone's camera. */
export function ScanPage({ offer, leftMs, isUsed, failure, onNew }: ScanPageProps) {
  if (failure !== "") {
    return (
      <>
        <p class="hint warn" role="alert">{`No code could be made: ${failure}`}</p>
        <p>
          <button type="button" onClick={onNew}>Try again</button>
        </p>
      </>
    );
  }
  if (offer === null) return <div class="qr skeleton" />;
  const pages = offer.pages.filter(({ isLocal }) => !isLocal);
  const secure = pages.filter(({ isSecure }) => isSecure);
  if (secure.length === 0) return <NoSecurePage canReach={pages.length > 0} />;
  const isOver = leftMs <= 0;
  return (
    <>
      <p>Scan the code with the phone's camera, open the page, and press Start there.</p>
      <p class="hint code-left">
        {isUsed
          ? <span>The code is used: each is good for one phone.</span>
          : isOver
          ? <span>The code has ended.</span>
          : (
            <span>
              The code is good for one phone and another <b>{formatLeft(leftMs)}</b>.
            </span>
          )}
        {(isUsed || isOver) && <button type="button" onClick={onNew}>New code</button>}
      </p>
      <div class={isUsed || isOver ? "codes over" : "codes"} inert={isUsed || isOver}>
        <QrAddresses list={secure} what="phone page" />
      </div>
      {offer.trust && (
        <details class="sub">
          <summary>The phone says that the connection is not private</summary>
          <p>
            Each phone has to trust this computer once, since it vouches for itself. Open this address on the
            phone and follow it, then scan the code above again.
          </p>
          <QrAddress address={offer.trust} what="how to trust it" />
        </details>
      )}
    </>
  );
}

/** Why no browser of a phone can record, and what can be done. */
function NoSecurePage({ canReach }: { canReach: boolean }) {
  return (
    <>
      <p>
        {canReach
          ? "A phone's browser reads motion only over HTTPS, which this server does not speak yet. "
          : "The server listens on this machine only, so no phone reaches it yet. "}
        Stop it and start it with:
      </p>
      <CopyText label="start command" text="npx --yes deno task start --lan" />
      <p class="hint">
        Then reload this page. Phone and machine must be in the same network.
        {canReach && " Sensor Logger and phyphox work as it is: see below."}
      </p>
    </>
  );
}
