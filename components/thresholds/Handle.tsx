import { useRef } from "preact/hooks";
import type { TuningModel } from "../../islands/thresholds/model.ts";
import { placeOf, pressed } from "../../islands/thresholds/scale.ts";
import { ActivityMark } from "../ActivityMark.tsx";

interface HandleProps {
  model: TuningModel;
  field: "walkingMs2" | "runningMs2";
  activity: "walking" | "running";
}

/** A threshold on the plot, moved by mouse, finger or keys. */
export function Handle({ model, field, activity }: HandleProps) {
  const element = useRef<HTMLDivElement>(null);
  /** How far from its line the pointer took hold of it, px. */
  const holdPx = useRef(0);
  const text = model.draft.value[field], ms2 = Number(text) || 0;
  const { min, max } = model.bounds(field);
  const track = () => element.current!.parentElement!.getBoundingClientRect();

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { left, width } = track();
    holdPx.current = event.clientX - left - placeOf(ms2) * width;
    element.current!.setPointerCapture(event.pointerId);
    element.current!.focus();
    event.preventDefault();
  };
  const move = (event: PointerEvent) => {
    if (!element.current!.hasPointerCapture(event.pointerId)) return;
    const { left, width } = track();
    model.moveTo(field, (event.clientX - holdPx.current - left) / width);
  };
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = pressed(event.key, ms2, { min, max });
    if (next === null) return;
    event.preventDefault();
    model.set(field, String(next));
  };
  return (
    <div
      ref={element}
      class={`handle ${activity}-handle`}
      role="slider"
      tabIndex={0}
      aria-label={`${activity} from`}
      aria-orientation="horizontal"
      aria-valuemin={Math.min(min, ms2)}
      aria-valuemax={Math.max(max, ms2)}
      aria-valuenow={ms2}
      aria-valuetext={`${text} m/s²`}
      style={{ "--at": placeOf(ms2) }}
      onPointerDown={down}
      onPointerMove={move}
      onKeyDown={key}
    >
      <span class="flag">
        <ActivityMark activity={activity} />
        {text || "–"}
      </span>
    </div>
  );
}
