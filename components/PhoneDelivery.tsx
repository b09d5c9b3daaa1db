import type { SenderState } from "../islands/phone/sender.ts";
import { formatDuration } from "./format_time.ts";

/** So few are on their way, not waiting. */
const FEW_MESSAGES = 2;

export interface PhoneDeliveryProps {
  state: SenderState;
  /** Messages, a second each, that wait on the phone. */
  messages: number;
}

/** Whether what was recorded reaches the server. Only the first words are read aloud: the figures change every second. */
export function PhoneDelivery({ state, messages }: PhoneDeliveryProps) {
  const waiting = `${formatDuration(messages * 1000)} of readings`;
  if (state.kind === "locked") {
    return (
      <div class="delivery notice">
        <p>
          <b role="alert">The server does not take readings from this phone any more.</b>{" "}
          To go on, pair it again: scan a new code, which Devices on the computer shows. Until then {waiting}
          {" "}
          are kept here.
        </p>
        <p class="hint">The server says: {state.why}</p>
      </div>
    );
  }
  if (state.kind === "waiting") {
    return (
      <div class="delivery notice">
        <p>
          <b role="status">Kept on this phone:</b> {waiting}. They are sent by themselves later.
        </p>
        <p class="hint">Reason: {state.why}</p>
      </div>
    );
  }
  return (
    <p class="delivery">
      <span role="status">
        {messages > FEW_MESSAGES ? "Sending what has waited" : "Everything recorded is with the server"}
      </span>
      {messages > FEW_MESSAGES && <span>{`: ${waiting} to go`}</span>}
    </p>
  );
}
