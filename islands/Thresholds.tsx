import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { StripPattern } from "../components/Strip.tsx";
import { Basis } from "../components/thresholds/Basis.tsx";
import { ChangeDialog, type ReadyChange } from "../components/thresholds/ChangeDialog.tsx";
import { ConflictDialog } from "../components/thresholds/ConflictDialog.tsx";
import { Curves } from "../components/thresholds/Curves.tsx";
import { Fields } from "../components/thresholds/Fields.tsx";
import { History } from "../components/thresholds/History.tsx";
import { MagnitudePlot } from "../components/thresholds/MagnitudePlot.tsx";
import { MostChanged } from "../components/thresholds/MostChanged.tsx";
import { NoLabels } from "../components/thresholds/NoLabels.tsx";
import { Overrides } from "../components/thresholds/Overrides.tsx";
import { PreviewPanel } from "../components/thresholds/PreviewPanel.tsx";
import { SaveForm } from "../components/thresholds/SaveForm.tsx";
import { ServerSettings, type WindowLengths } from "../components/thresholds/ServerSettings.tsx";
import { percent } from "../components/thresholds/words.ts";
import { Time } from "../components/Time.tsx";
import { type Toast, ToastView, useToast } from "../components/Toast.tsx";
import type { ThresholdsState } from "../web/services.ts";
import type { DeviceChoice } from "../web/sessions_page.ts";
import { useShortcuts } from "./shortcuts.ts";
import { type Choice, pathOf } from "./thresholds/address.ts";
import { type HistoryPage, loadHistory } from "./thresholds/api.ts";
import { TuningModel } from "./thresholds/model.ts";

/** Versions shown at first, and loaded at once. */
export const HISTORY_ROWS = 20;

export interface ThresholdsProps {
  state: ThresholdsState;
  history: HistoryPage;
  /** What the page's address says. */
  choice: Choice;
  /** null: too many to choose from. */
  devices: DeviceChoice[] | null;
  /** What devices are called, of those that may occur. */
  names: Record<string, string>;
  /** Whether any session is labelled. */
  hasLabels: boolean;
  windows: WindowLengths;
  /** ms since the Unix epoch. */
  nowMs: number;
  canEdit: boolean;
}

/** Tunes thresholds on recorded sessions, and keeps who changed what. */
export default function Thresholds(props: ThresholdsProps) {
  const { devices, names, hasLabels, windows, nowMs, canEdit } = props;
  const [model] = useState(() => new TuningModel(props.state, props.choice));
  const history = useSignal(props.history);
  const ready = useSignal<ReadyChange | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const toast = useToast();
  useAnswers(model);

  const refreshHistory = async () => {
    try {
      history.value = await loadHistory(HISTORY_ROWS, null);
    } catch (error) {
      toast.show({ text: `The history is not loaded: ${(error as Error).message}` });
    }
  };
  const saved = () => {
    const { version } = model.state.peek();
    toast.show({ text: `Thresholds v${version} are in force. Running sessions go by them within 2 s.` });
    return refreshHistory();
  };
  const older = async () => {
    try {
      const page = await loadHistory(HISTORY_ROWS, history.peek().nextBefore);
      history.value = { ...page, items: [...history.peek().items, ...page.items] };
    } catch (error) {
      toast.show({ text: `The history is not loaded: ${(error as Error).message}` });
    }
  };
  const suggest = () => suggestInto(model, toast);
  const submit = () => form.current?.requestSubmit();
  useShortcuts([
    { keys: "s", what: "suggest the best values", run: suggest },
    { keys: "u", what: "undo the suggestion", run: () => toast.undo() },
    { keys: "Ctrl+Enter", what: "save, also from a field", run: submit },
  ]);
  useCtrlEnter(submit);

  const shared = { names, canEdit, onChange: (change: ReadyChange) => void (ready.value = change) };
  return (
    <>
      <StripPattern />
      <header class="bar">
        <h1>Thresholds</h1>
        <Newest page={history.value} />
      </header>
      <div class="tuning">
        <div class="tuning-column">
          <section class="panel tune" aria-labelledby="tune-title">
            <h2 id="tune-title" class="sr-only">Values</h2>
            <Basis model={model} devices={devices} names={names} nowMs={nowMs} />
            {!hasLabels && <NoLabels />}
            <MagnitudePlot model={model} />
            <Fields model={model} />
            <Actions model={model} hasLabels={hasLabels} onSuggest={suggest} />
            <ServerSettings {...windows} />
          </section>
          <SaveForm model={model} names={names} canEdit={canEdit} form={form} onSaved={saved} />
          {model.suggestion.value && model.suggestion.value.after.windows > 0 && (
            <Curves suggestion={model.suggestion.value} />
          )}
        </div>
        <div class="tuning-column">
          <PreviewPanel model={model} />
          <MostChanged preview={model.preview.answer.value} names={names} nowMs={nowMs} />
        </div>
      </div>
      <Overrides state={model.state.value} {...shared} />
      <History page={history.value} state={model.state.value} onOlder={older} {...shared} />
      {ready.value && (
        <ChangeDialog
          {...ready.value}
          model={model}
          onSaved={saved}
          onClose={() => ready.value = null}
        />
      )}
      {model.conflict.value && (
        <ConflictDialog
          model={model}
          conflict={model.conflict.value}
          names={names}
          onSaved={saved}
          onTaken={refreshHistory}
        />
      )}
      <ToastView toast={toast} />
    </>
  );
}

/** The last change, whatever it changed. */
function Newest({ page: { items: [newest] } }: { page: HistoryPage }) {
  const { version, by, atMs } = newest;
  return (
    <p class="hint">
      {`now v${version} by ${by}`}
      {atMs !== null && (
        <>
          , <Time ms={atMs} precision="minute" />
        </>
      )}
    </p>
  );
}

interface ActionsProps {
  model: TuningModel;
  hasLabels: boolean;
  onSuggest(): void;
}

function Actions({ model, hasLabels, onSuggest }: ActionsProps) {
  const isBusy = model.isSuggesting.value;
  return (
    <div class="tune-actions">
      <button
        type="button"
        disabled={!hasLabels || isBusy}
        aria-describedby="suggest-hint"
        onClick={onSuggest}
      >
        {isBusy ? "Searching…" : "Suggest"}
      </button>
      <button
        type="button"
        disabled={!model.isChanged.value}
        onClick={() => model.take(model.inForce.peek())}
      >
        Reset
      </button>
      <p class="hint" id="suggest-hint">
        {hasLabels
          ? "Finds the values with the most right answers on these sessions."
          : "A suggestion needs labelled sessions."}
      </p>
    </div>
  );
}

async function suggestInto(model: TuningModel, toast: Toast): Promise<void> {
  const before = model.draft.peek();
  try {
    const suggestion = await model.suggest();
    if (suggestion === null) return;
    const { before: now, after } = suggestion;
    if (after.windows === 0) {
      return toast.show({ text: "Nothing is suggested: none of these sessions is labelled." });
    }
    toast.show({
      text: `The fields have the suggested values: ${percent(now.accuracy)} → ${
        percent(after.accuracy)
      } right.`,
      undo: () => {
        model.draft.value = before;
        return Promise.resolve("The fields are as they were.");
      },
    });
  } catch (error) {
    toast.show({ text: `Nothing is suggested: ${(error as Error).message}` });
  }
}

/** Asks anew when something changes, and keeps the choice in the address. */
function useAnswers(model: TuningModel): void {
  useSignalEffect(() => model.histogram.want(model.choice.value));
  useSignalEffect(() => {
    const trial = model.trial.value;
    if (trial === null) model.preview.stop();
    else model.preview.want(trial);
  });
  const isFirst = useRef(true);
  useSignalEffect(() => {
    const path = pathOf(model.choice.value);
    if (!isFirst.current) history.replaceState(null, "", path);
    isFirst.current = false;
  });
}

/** Ctrl+Enter (on a Mac also ⌘) saves from wherever the focus is; single keys are no shortcuts in fields. */
function useCtrlEnter(run: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (
        event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")
      ) return;
      event.preventDefault();
      run();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
