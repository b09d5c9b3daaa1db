import { useSignal } from "@preact/signals";
import { DeadLetterTable, escapeControls } from "../components/DeadLetterTable.tsx";
import { Time } from "../components/Time.tsx";
import { ToastView, useToast } from "../components/Toast.tsx";
import type { DeadLetter } from "../web/services.ts";
import { DiscardDialog } from "./dead_letters/DiscardDialog.tsx";
import { groupByReason, type LetterGroup } from "./dead_letters/group.ts";
import { send } from "./send.ts";

/** Of a reason's letters so many are shown at once: they are wrong in the same way. */
const SHOWN = 5;

export interface DeadLettersProps {
  /** The newest, newest first. */
  initial: DeadLetter[];
  isKafka: boolean;
  /** Who is a viewer sees, and changes nothing. */
  canEdit: boolean;
}

/** Dead letters by what is wrong with them, and what can be done with each kind. */
export default function DeadLetters({ initial, isKafka, canEdit }: DeadLettersProps) {
  const letters = useSignal(initial);
  const discarding = useSignal<LetterGroup | null>(null);
  const isBusy = useSignal(false);
  const toast = useToast();

  const refresh = async () => {
    const response = await fetch("/api/dead-letters?limit=200");
    if (response.ok) letters.value = (await response.json()).items;
  };
  const run = async (change: () => Promise<string>) => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      toast.show({ text: await change() });
      await refresh();
    } catch (error) {
      toast.show({ text: (error as Error).message });
    } finally {
      isBusy.value = false;
    }
  };
  const redrive = ({ reason }: LetterGroup) =>
    run(async () => {
      const { redriven, refused, detail } = await send<Redriven>("POST", "/api/dead-letters/redrive", {
        reason,
      });
      const taken = `${counted(redriven)} taken.`;
      return refused === 0 ? taken : `${taken} ${counted(refused)} refused again. ${detail}`;
    });
  const discard = ({ reason }: LetterGroup) =>
    run(async () => {
      discarding.value = null;
      const { discarded } = await send<{ discarded: number }>("POST", "/api/dead-letters/discard", {
        reason,
      });
      return `${counted(discarded)} discarded.`;
    });

  return (
    <>
      {!canEdit && (
        <p class="hint">You are signed in as a viewer: an admin can send letters in again or discard them.</p>
      )}
      {letters.value.length === 0 && <p class="panel">None is left of those that were here.</p>}
      {groupByReason(letters.value).map((group) => (
        <Group
          key={group.reason}
          group={group}
          isDisabled={!canEdit || isBusy.value}
          onRedrive={() => redrive(group)}
          onDiscard={() => discarding.value = group}
        />
      ))}
      {discarding.value && (
        <DiscardDialog
          letters={discarding.value.letters}
          isKafka={isKafka}
          onDiscard={() => discard(discarding.value!)}
          onClose={() => discarding.value = null}
        />
      )}
      <ToastView toast={toast} />
    </>
  );
}

interface Redriven {
  redriven: number;
  refused: number;
  detail: string | null;
}

const counted = (count: number) => count === 1 ? "1 record" : `${count} records`;

interface GroupProps {
  group: LetterGroup;
  isDisabled: boolean;
  onRedrive(): void;
  onDiscard(): void;
}

function Group({ group: { reason, letters, readable }, isDisabled, onRedrive, onDiscard }: GroupProps) {
  const rest = letters.length - SHOWN;
  return (
    <section class="panel letter-group" aria-label={reason}>
      <h2>{escapeControls(reason)}</h2>
      <div class="bar">
        <p class="hint">
          {counted(letters.length)}, the newest <Time ms={letters[0].atMs} />
        </p>
        <p class="actions">
          {readable > 0 && (
            <button type="button" disabled={isDisabled} onClick={onRedrive}>
              {`Send in again (${readable})`}
            </button>
          )}
          <button type="button" disabled={isDisabled} onClick={onDiscard}>
            {`Discard (${letters.length})`}
          </button>
        </p>
      </div>
      <DeadLetterTable letters={letters.slice(0, SHOWN)} caption="The newest with this reason" />
      {rest > 0 && (
        <details>
          <summary>{`Show ${rest} more`}</summary>
          <DeadLetterTable letters={letters.slice(SHOWN)} caption="Older ones with this reason" />
        </details>
      )}
    </section>
  );
}
