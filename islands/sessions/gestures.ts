/**
 * Moving and zooming with mouse, wheel and fingers.
 *
 * @module
 */
import { useEffect } from "preact/hooks";
import type { SessionModel } from "./model.ts";
import { lengthOf, move, timeAt, zoom } from "./span.ts";

/** A pointer that moves less is a click, px. */
export const CLICK_PX = 4;
/** Of a wheel: about a tenth a notch. */
const ZOOM_PER_PX = 0.001;

type Holder = { current: HTMLElement | null };

/** The time under a pointer. */
export function timeUnder(clientX: number, element: Element, model: SessionModel): number {
  const { left, width } = element.getBoundingClientRect();
  return timeAt((clientX - left) / width, model.view.peek());
}

/**
 * One finger or the mouse moves the view, two fingers zoom it, a click sets the replay there. The wheel zooms while the chart has
 * the focus or with Ctrl (which is also how trackpads tell a pinch), so that it otherwise scrolls the page.
 */
export function useGestures(holder: Holder, model: SessionModel): void {
  useEffect(() => {
    const element = holder.current!;
    const pointers = new Map<number, number>();
    let travelledPx = 0;
    const msPerPx = () => lengthOf(model.view.peek()) / element.clientWidth;

    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      pointers.set(event.pointerId, event.clientX);
      if (pointers.size === 1) travelledPx = 0;
      element.setPointerCapture(event.pointerId);
    };
    const moved = (event: PointerEvent) => {
      const beforePx = pointers.get(event.pointerId);
      if (beforePx === undefined) {
        if (event.pointerType === "mouse") model.hoverMs.value = timeUnder(event.clientX, element, model);
        return;
      }
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      travelledPx += Math.abs(event.clientX - beforePx);
      if (travelledPx >= CLICK_PX) {
        const view = model.view.peek(), bounds = model.bounds.peek();
        if (other === undefined) {
          model.view.value = move(view, bounds, (beforePx - event.clientX) * msPerPx());
        } else {
          const before = Math.abs(beforePx - other), now = Math.abs(event.clientX - other);
          if (now > 1) model.view.value = zoom(view, bounds, before / now, timeUnder(other, element, model));
        }
      }
      pointers.set(event.pointerId, event.clientX);
    };
    const up = (event: PointerEvent) => {
      if (!pointers.delete(event.pointerId) || event.type === "pointercancel") return;
      if (travelledPx < CLICK_PX && pointers.size === 0) {
        model.atMs.value = timeUnder(event.clientX, element, model);
      }
    };
    const leave = () => void (model.hoverMs.value = null);
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      const view = model.view.peek(), bounds = model.bounds.peek();
      model.view.value = Math.abs(event.deltaX) > Math.abs(event.deltaY)
        ? move(view, bounds, event.deltaX * msPerPx())
        : zoom(view, bounds, Math.exp(event.deltaY * ZOOM_PER_PX), timeUnder(event.clientX, element, model));
    };

    const own = new AbortController(), { signal } = own;
    element.addEventListener("pointerdown", down, { signal });
    element.addEventListener("pointermove", moved, { signal });
    element.addEventListener("pointerup", up, { signal });
    element.addEventListener("pointercancel", up, { signal });
    element.addEventListener("pointerleave", leave, { signal });
    element.addEventListener("wheel", wheel, { signal, passive: false });
    return () => own.abort();
  }, []);
}

/** Part of the view that a key moves it by, and factors of the keys that zoom. */
const KEY_MOVES: Record<string, number> = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: -1, PageDown: 1 };
export const ZOOM_IN = 0.5;
export const ZOOM_OUT = 2;

/** @returns whether the key did something */
export function pressOnChart(key: string, model: SessionModel): boolean {
  const view = model.view.peek(), bounds = model.bounds.peek();
  if (key in KEY_MOVES) model.view.value = move(view, bounds, KEY_MOVES[key] * lengthOf(view));
  else if (key === "+" || key === "=") zoomMiddle(model, ZOOM_IN);
  else if (key === "-") zoomMiddle(model, ZOOM_OUT);
  else if (key === "Home") model.view.value = move(view, bounds, -lengthOf(bounds));
  else if (key === "End") model.view.value = move(view, bounds, lengthOf(bounds));
  else return false;
  return true;
}

/** Zooms about the middle of what is in view. */
export function zoomMiddle(model: SessionModel, factor: number): void {
  const view = model.view.peek();
  model.view.value = zoom(view, model.bounds.peek(), factor, timeAt(0.5, view));
}
