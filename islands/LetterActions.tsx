import { useSignal } from "@preact/signals";
import type { DeadLetter } from "../web/services.ts";
import { DiscardDialog } from "./dead_letters/DiscardDialog.tsx";
import { send } from "./send.ts";

export interface LetterActionsProps {
  letter: Pick<DeadLetter, "reason" | "topic" | "partition" | "offset" | "isRefused">;
  /** Of the letter in the API. */
  path: string;
  isKafka: boolean;
  canEdit: boolean;
}

/** What can be done with one dead letter. */
export default function LetterActions({ letter, path, isKafka, canEdit }: LetterActionsProps) {
  const isBusy = useSignal(false);
  const isAsking = useSignal(false);
  const outcome = useSignal<{ text: string; isGone: boolean } | null>(null);
  const run = async (change: () => Promise<string>) => {
    isBusy.value = true;
    try {
      outcome.value = { text: await change(), isGone: true };
    } catch (error) {
      outcome.value = { text: (error as Error).message, isGone: false };
    } finally {
      isBusy.value = false;
    }
  };
  const redrive = () =>
    run(async () => {
      const { accepted, rejected, duplicate } = await send<Redriven>("POST", `${path}/redrive`);
      const parts = [
        accepted > 0 && `${accepted} readings stored`,
        duplicate > 0 && `${duplicate} were in the log already`,
        rejected > 0 && `${rejected} rejected`,
      ].filter(Boolean);
      return `Taken: ${parts.join(", ")}. It is no dead letter any more.`;
    });
  const discard = () =>
    run(async () => {
      isAsking.value = false;
      await send("DELETE", path);
      return "It is discarded.";
    });
  const isDisabled = !canEdit || isBusy.value || outcome.value?.isGone === true;
  return (
    <>
      {!canEdit && (
        <p class="hint">You are signed in as a viewer: an admin can send it in again or discard it.</p>
      )}
      <p class="letter-actions">
        {!letter.isRefused && (
          <button type="button" class="primary" disabled={isDisabled} onClick={redrive}>Send in again</button>
        )}
        <button type="button" disabled={isDisabled} onClick={() => isAsking.value = true}>Discard</button>
      </p>
      <p class={outcome.value?.isGone === false ? "hint warn" : "hint"} role="status">
        {outcome.value?.text}
      </p>
      {isAsking.value && (
        <DiscardDialog
          letters={[letter]}
          isKafka={isKafka}
          onDiscard={discard}
          onClose={() => isAsking.value = false}
        />
      )}
    </>
  );
}

interface Redriven {
  accepted: number;
  rejected: number;
  duplicate: number;
}
