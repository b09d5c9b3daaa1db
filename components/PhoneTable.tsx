import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Card, Result } from "../islands/live/card.ts";
import { formatConfidence, formatMagnitude, formatRate, stepsPerMinute } from "../islands/live/format.ts";
import type { HistoryLoader } from "../islands/live/history.ts";
import type { LiveModel } from "../islands/live/model.ts";
import {
  FIRST_RANGE,
  firstInWindow,
  piecesOf,
  type Range,
  rangeAt,
  ROW_PX,
} from "../islands/live/virtual.ts";
import type { WindowSettings } from "../stream/settings.ts";
import { ActivityMark } from "./ActivityMark.tsx";
import { Freshness, useWaitingWords } from "./Freshness.tsx";
import { Strip } from "./Strip.tsx";
import { useHistory } from "./use_history.ts";

/** How far keys move: PageUp and PageDown by about a window. */
const KEY_STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

interface PhoneTableProps {
  model: LiveModel;
  history: HistoryLoader;
}

/** Many live phones, one line each; only the lines on screen are in the page. */
export function PhoneTable({ model, history }: PhoneTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const range = useRangeInWindow(body);
  const { focused, ...focusHandlers } = useRowFocus(model, body);
  const ids = model.order.value;
  const kept = focused.value === null ? -1 : ids.indexOf(focused.value);
  const tabbable = kept >= 0 ? kept : Math.min(firstInWindow(range.value), ids.length - 1);
  return (
    <div class="phones-frame">
      <table class="phones" aria-rowcount={ids.length + 1}>
        <caption class="sr-only">Live phones: the arrow keys move between them</caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">phone</th>
            <th scope="col" class="state">activity</th>
            <th scope="col" class="number wide confidence">confidence</th>
            <th scope="col" class="number mean">m/s²</th>
            <th scope="col" class="number wide steps">steps/min</th>
            <th scope="col" class="number wide rate">readings/s</th>
            <th scope="col" class="history wide">last 10 min</th>
            <th scope="col" class="number fresh">result</th>
          </tr>
        </thead>
        <tbody ref={body} {...focusHandlers}>
          {piecesOf(ids.length, range.value, kept).map((piece, i) =>
            "gap" in piece ? <Gap key={`gap ${i}`} rows={piece.gap} /> : (
              <Row
                key={ids[piece.row]}
                card={model.card(ids[piece.row])}
                row={piece.row}
                isTabbable={piece.row === tabbable}
                nowMs={model.nowMs}
                window={model.window}
                history={history}
              />
            )
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Follows the window's place over the table's body. */
function useRangeInWindow(body: { current: HTMLElement | null }): Signal<Range> {
  const range = useSignal(FIRST_RANGE);
  useEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      if (!body.current) return;
      const next = rangeAt(-body.current.getBoundingClientRect().top, innerHeight);
      const { begin, end } = range.peek();
      if (next.begin !== begin || next.end !== end) range.value = next;
    };
    const later = () => void (frame ||= requestAnimationFrame(measure));
    measure();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, []);
  return range;
}

/** Keeps the focus on a phone while rows come, go and change places, and moves it by keys. */
function useRowFocus(model: LiveModel, body: { current: HTMLElement | null }) {
  const focused = useSignal<string | null>(null);
  const isMoving = useRef(false);
  const linkOf = (deviceId: string) =>
    [...body.current?.querySelectorAll<HTMLElement>("a[data-device]") ?? []]
      .find((link) => link.dataset.device === deviceId);
  useLayoutEffect(() => {
    const deviceId = focused.value;
    if (deviceId === null) return;
    const link = linkOf(deviceId);
    // A row that was moved within the page has lost it.
    if (link && link !== document.activeElement) link.focus({ preventScroll: !isMoving.current });
    isMoving.current = false;
  });
  return {
    focused,
    onFocusIn: ({ target }: FocusEvent) =>
      void (focused.value = (target as HTMLElement).dataset.device ?? focused.peek()),
    onFocusOut: () =>
      // Only later is it known where it went.
      queueMicrotask(() => {
        if (!body.current?.contains(document.activeElement)) focused.value = null;
      }),
    onKeyDown: (event: KeyboardEvent) => {
      const step = KEY_STEPS[event.key];
      if (step === undefined || focused.peek() === null || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      event.preventDefault();
      const ids = model.order.peek();
      const row = Math.max(0, Math.min(ids.length - 1, ids.indexOf(focused.peek()!) + step));
      isMoving.current = true;
      focused.value = ids[row];
    },
  };
}

function Gap({ rows }: { rows: number }) {
  return (
    <tr class="gap" aria-hidden="true">
      <td>
        <svg width="1" height={rows * ROW_PX} />
      </td>
    </tr>
  );
}

interface RowProps {
  card: Signal<Card>;
  /** From 0. */
  row: number;
  isTabbable: boolean;
  nowMs: ReadonlySignal<number>;
  window: WindowSettings;
  history: HistoryLoader;
}

function Row({ card, row, isTabbable, nowMs, window, history }: RowProps) {
  useHistory(card, history);
  const { deviceId, name, sessionId, current, ended, strip, behindMs, arrivedAtMs } = card.value;
  return (
    <tr class={ended ? "ended" : ""} aria-rowindex={row + 2}>
      <th scope="row">
        <a
          href={`/live/${encodeURIComponent(deviceId)}`}
          title={`Session ${sessionId}`}
          data-device={deviceId}
          tabIndex={isTabbable ? 0 : -1}
        >
          {name}
        </a>
      </th>
      <td>
        {current
          ? (
            <span class="activity">
              <ActivityMark activity={current.activity} />
              {current.activity}
            </span>
          )
          : <Waiting card={card} nowMs={nowMs} window={window} />}
      </td>
      <td class="number wide">{isKnown(current) ? formatConfidence(current.confidence) : "–"}</td>
      <td class="number mean">{current ? formatMagnitude(current.magnitude) : "–"}</td>
      <td class="number wide">{current && stepsPerMinute(current.activity, current.cadenceHz) || "–"}</td>
      <td class="number wide">{current ? formatRate(current.readings, current.windowMs) : "–"}</td>
      <td class="history wide">
        <Strip strip={strip} endMs={Math.max(current?.timestamp ?? 0, arrivedAtMs - behindMs)} />
      </td>
      <td class="number">
        <Freshness card={card} nowMs={nowMs} window={window} />
      </td>
    </tr>
  );
}

function Waiting(props: Pick<RowProps, "card" | "nowMs" | "window">) {
  return <span class="waiting">{useWaitingWords(props, "first")}</span>;
}

function isKnown(result: Result | null): result is Result {
  return result !== null && result.activity !== "unknown";
}
