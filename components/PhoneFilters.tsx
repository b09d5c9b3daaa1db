import { useRef } from "preact/hooks";
import type { LiveModel } from "../islands/live/model.ts";
import { formatCount } from "../islands/live/format.ts";
import {
  EVERYTHING,
  isFiltered,
  MAX_SEARCH_LENGTH,
  type Sort,
  SORTS,
  type View,
} from "../islands/live/view.ts";
import { useShortcuts } from "../islands/shortcuts.ts";
import { ACTIVITIES } from "../log/records.ts";
import { ActivityMark } from "./ActivityMark.tsx";

interface PhoneFiltersProps {
  model: LiveModel;
  /** @param isTyping Whether this is one letter of several: no entry of its own in the browser's history */
  onChange(view: View, isTyping: boolean): void;
}

/** Which of many phones to show, and in which order. */
export function PhoneFilters({ model, onChange }: PhoneFiltersProps) {
  const search = useRef<HTMLInputElement>(null);
  useShortcuts([{ keys: "/", what: "search the phones", run: () => search.current?.focus() }]);
  const view = model.view.value;
  const change = (part: Partial<View>, isTyping = false) =>
    onChange({ ...model.view.peek(), ...part }, isTyping);
  return (
    <>
      <form class="filters" role="search" aria-label="Phones" onSubmit={(event) => event.preventDefault()}>
        <div class="find">
          <label for="find-phone">Search</label>
          <input
            id="find-phone"
            ref={search}
            type="search"
            name="q"
            maxLength={MAX_SEARCH_LENGTH}
            placeholder="Name or id"
            autocomplete="off"
            value={view.search}
            onInput={({ currentTarget }) => change({ search: currentTarget.value }, true)}
          />
        </div>
        <div>
          <label for="sort-phones">Order</label>
          <select
            id="sort-phones"
            name="sort"
            value={view.sort}
            onChange={({ currentTarget }) => change({ sort: currentTarget.value as Sort })}
          >
            {Object.entries(SORTS).map(([sort, words]) => (
              <option key={sort} value={sort} selected={sort === view.sort}>{words}</option>
            ))}
          </select>
        </div>
        <label class="check">
          <input
            type="checkbox"
            name="changed"
            checked={view.isLately}
            onChange={({ currentTarget }) => change({ isLately: currentTarget.checked })}
          />
          Changed in the last minute
        </label>
      </form>
      <div class="chips" role="group" aria-label="Activity">
        {ACTIVITIES.map((activity) => (
          <button
            key={activity}
            type="button"
            class="chip"
            aria-pressed={view.activity === activity}
            onClick={() => change({ activity: view.activity === activity ? null : activity })}
          >
            <ActivityMark activity={activity} />
            <Count model={model} activity={activity} /> {activity}
          </button>
        ))}
        <Shown model={model} onAll={() => onChange({ ...EVERYTHING, sort: view.sort }, false)} />
      </div>
    </>
  );
}

/** Apart, so that a new count draws only itself. */
function Count({ model, activity }: { model: LiveModel; activity: (typeof ACTIVITIES)[number] }) {
  return <b>{model.summary.value.counts[activity]}</b>;
}

function Shown({ model, onAll }: { model: LiveModel; onAll(): void }) {
  if (!isFiltered(model.view.value)) return null;
  return (
    <>
      <span class="hint">{describeShown(model)}</span>
      <button type="button" class="quiet" onClick={onAll}>Show all</button>
    </>
  );
}

/** "12 of 1,000 phones" */
export function describeShown(model: LiveModel): string {
  const known = model.summary.value.known;
  return `${formatCount(model.order.value.length)} of ${formatCount(known)} phones`;
}
