import { escapeControls } from "../../components/DeadLetterTable.tsx";
import { Dialog } from "../../components/Dialog.tsx";
import type { DeadLetter } from "../../web/services.ts";

interface DiscardDialogProps {
  /** What goes; not empty, all of one reason. */
  letters: readonly Pick<DeadLetter, "reason" | "topic" | "partition" | "offset">[];
  isKafka: boolean;
  onDiscard(): void;
  onClose(): void;
}

/** Says what goes before it goes: it cannot be brought back. */
export function DiscardDialog({ letters, isKafka, onDiscard, onClose }: DiscardDialogProps) {
  const [{ reason, topic, partition, offset }] = letters;
  const isOne = letters.length === 1;
  const what = isOne ? "this dead letter" : `${letters.length} dead letters`;
  return (
    <Dialog title={`Discard ${what}?`} onClose={onClose}>
      <p>
        {isOne
          ? `${topic}, partition ${partition}, offset ${offset}: `
          : "All that are shown with this reason: "}
        {escapeControls(reason.length > 200 ? `${reason.slice(0, 200)}…` : reason)}
      </p>
      <p>
        {isOne ? "It leaves" : "They leave"} this list for good, and the audit notes who did it. {isKafka
          ? "Kafka's topic keeps the bytes until its retention deletes them."
          : "The log keeps the records themselves as long as any others."}
      </p>
      <p class="actions">
        <button type="button" onClick={onClose}>Cancel</button>
        <button type="button" class="danger" onClick={onDiscard}>
          {`Discard ${isOne ? "it" : letters.length}`}
        </button>
      </p>
    </Dialog>
  );
}
