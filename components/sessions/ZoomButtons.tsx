import { pressOnChart, ZOOM_IN, ZOOM_OUT, zoomMiddle } from "../../islands/sessions/gestures.ts";
import type { SessionModel } from "../../islands/sessions/model.ts";
import { isWhole, lengthOf, MIN_SPAN_MS } from "../../islands/sessions/span.ts";

/** What fingers, wheel and keys do, as buttons. */
export function ZoomButtons({ model }: { model: SessionModel }) {
  const view = model.view.value, bounds = model.bounds.value;
  const all = isWhole(view, bounds);
  return (
    <div class="zoom" role="group" aria-label="View">
      <button
        type="button"
        aria-label="Earlier"
        disabled={view.from <= bounds.from}
        onClick={() => pressOnChart("ArrowLeft", model)}
      >
        ←
      </button>
      <button
        type="button"
        aria-label="Later"
        disabled={view.to >= bounds.to}
        onClick={() => pressOnChart("ArrowRight", model)}
      >
        →
      </button>
      <button type="button" aria-label="Zoom out" disabled={all} onClick={() => zoomMiddle(model, ZOOM_OUT)}>
        −
      </button>
      <button
        type="button"
        aria-label="Zoom in"
        disabled={lengthOf(view) <= MIN_SPAN_MS}
        onClick={() => zoomMiddle(model, ZOOM_IN)}
      >
        +
      </button>
      <button type="button" aria-label="Show all" disabled={all} onClick={() => model.view.value = bounds}>
        All
      </button>
    </div>
  );
}
