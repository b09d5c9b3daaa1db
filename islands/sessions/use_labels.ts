import { type Signal, useSignal } from "@preact/signals";
import type { Toast } from "../../components/Toast.tsx";
import { formatSpan } from "../../components/sessions/words.ts";
import type { LabelActivity } from "../../log/records.ts";
import { putLabel, restoreLabels } from "./api.ts";
import type { SessionModel } from "./model.ts";
import { isSpan, lengthOf, type Span, spanOf } from "./span.ts";

/** Changes of a session's labels, one at a time. */
export interface Labels {
  isBusy: Signal<boolean>;
  /** null takes labels away. */
  label(span: Span, activity: LabelActivity | null): Promise<void>;
  /** Does nothing without a selection. */
  labelSelection(activity: LabelActivity | null): void;
}

/** @param toast says what was done, and takes it back */
export function useLabels(model: SessionModel, toast: Toast): Labels {
  const isBusy = useSignal(false);
  const label = async (span: Span, activity: LabelActivity | null) => {
    if (isBusy.peek()) return;
    isBusy.value = true;
    const before = model.session.peek().labels;
    try {
      model.setLabels(await putLabel(model.id, span, activity && { activity }));
    } catch (error) {
      return toast.show({ text: `Not labelled: ${(error as Error).message}` });
    } finally {
      isBusy.value = false;
    }
    const length = formatSpan(lengthOf(span));
    toast.show({
      text: activity === null ? `${length} have no label now.` : `${length} labelled ${activity}.`,
      undo: async () => {
        model.setLabels(await restoreLabels(model.id, span, before));
        return "The labels are as they were.";
      },
    });
  };
  const labelSelection = (activity: LabelActivity | null) => {
    const selection = model.selection.peek();
    if (isSpan(selection)) label(spanOf(selection), activity);
  };
  return { isBusy, label, labelSelection };
}
