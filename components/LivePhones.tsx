import { useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { MagnitudeThresholds } from "../islands/live/chart.ts";
import { formatCount } from "../islands/live/format.ts";
import { HistoryLoader } from "../islands/live/history.ts";
import { type LiveModel, MAX_CARDS } from "../islands/live/model.ts";
import { formatView, isFiltered, parseView, type View } from "../islands/live/view.ts";
import { Legend } from "./Legend.tsx";
import { PhoneCard } from "./PhoneCard.tsx";
import { describeShown, PhoneFilters } from "./PhoneFilters.tsx";
import { PhoneTable } from "./PhoneTable.tsx";

interface LivePhonesProps {
  model: LiveModel;
  thresholds: MagnitudeThresholds;
  /** @param news What a screen reader is told */
  onNews(news: string): void;
}

/** The live phones: few as cards, many as a table with filters. */
export function LivePhones({ model, thresholds, onNews }: LivePhonesProps) {
  const [history] = useState(() =>
    new HistoryLoader((deviceId, session) => model.complete(deviceId, session))
  );
  useEffect(() => () => history.stop(), []);
  useEffect(() => {
    const onBack = () => model.show(parseView(new URLSearchParams(location.search)));
    addEventListener("popstate", onBack);
    return () => removeEventListener("popstate", onBack);
  }, []);
  const onChange = (view: View, isTyping: boolean) => {
    model.show(view);
    const url = `/${formatView(view)}`;
    if (isTyping) globalThis.history.replaceState(null, "", url);
    else globalThis.history.pushState(null, "", url);
    onNews(describeShown(model));
  };
  const isMany =
    useComputed(() => model.summary.value.known > MAX_CARDS || isFiltered(model.view.value)).value;
  const hold = () => model.hold(Date.now());
  return (
    <section aria-label="Live phones" onPointerMove={hold} onPointerDown={hold} onKeyDown={hold}>
      {isMany
        ? (
          <>
            <PhoneFilters model={model} onChange={onChange} />
            <Table model={model} history={history} />
            <Unseen model={model} />
          </>
        )
        : (
          <>
            <Cards model={model} history={history} thresholds={thresholds} />
            <Legend />
          </>
        )}
    </section>
  );
}

function Cards(
  { model, ...shared }: { model: LiveModel; history: HistoryLoader; thresholds: MagnitudeThresholds },
) {
  return (
    <div class="cards">
      {model.order.value.map((deviceId) => (
        <PhoneCard
          key={deviceId}
          card={model.card(deviceId)}
          nowMs={model.nowMs}
          window={model.window}
          {...shared}
        />
      ))}
    </div>
  );
}

function Table({ model, history }: { model: LiveModel; history: HistoryLoader }) {
  if (model.order.value.length > 0) return <PhoneTable model={model} history={history} />;
  return (
    <div class="empty-state">
      <p>No live phone is like this now. One that becomes so appears here by itself.</p>
    </div>
  );
}

function Unseen({ model }: { model: LiveModel }) {
  const { unseen } = model.summary.value;
  if (unseen === 0) return null;
  return <p class="hint">and {formatCount(unseen)} more, each of which appears with its next result</p>;
}
