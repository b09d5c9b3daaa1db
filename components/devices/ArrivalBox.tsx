import type { Watched } from "../../islands/devices/use_arrival.ts";
import { escapeControls } from "../DeadLetterTable.tsx";
import { Icon } from "../Icon.tsx";
import type { Arrival } from "./arrival.ts";
import { Excerpt } from "./DeviceCard.tsx";
import { StrangerList } from "./Strangers.tsx";

const WORDS: Record<Arrival["kind"], [icon: "dots" | "check" | "warning", title: string, next: string]> = {
  nothing: ["dots", "Waiting for your phone", "This turns green with its first readings."],
  asBefore: [
    "dots",
    "It sends as before",
    "It has not been paired anew: its old key is in force until then.",
  ],
  hasKey: ["dots", "It has its key", "Waiting for its first readings: press Start on the phone."],
  refused: ["warning", "Something arrived and was refused", ""],
  arriving: ["check", "Readings arrive", ""],
};

/** Whether the phone's readings come, and if not, what came instead. */
export function ArrivalBox({ watched, deviceId }: { watched: Watched; deviceId: string }) {
  const { arrival, strangers, isLost } = watched;
  const [icon, title, next] = WORDS[arrival.kind];
  return (
    <div class={`arrival ${arrival.kind}`}>
      <Icon name={icon} />
      <div>
        <p>
          <b role="status">{title}</b>
          {arrival.kind === "arriving" && <Rate perS={arrival.readingsPerS} />}
        </p>
        {isLost
          ? <p class="hint warn">The server does not answer.</p>
          : next !== "" && <p class="hint">{next}</p>}
        {arrival.kind === "arriving" && (
          <p>
            <a href={`/live/${encodeURIComponent(deviceId)}`}>Watch it live</a>
          </p>
        )}
        {arrival.kind === "refused" && (
          <>
            <p>{escapeControls(arrival.refusal.reason)}</p>
            {arrival.refusal.excerpt !== "" && <Excerpt text={arrival.refusal.excerpt} />}
          </>
        )}
        {arrival.kind !== "arriving" && strangers.length > 0 && (
          <div class="strangers">
            <p>Refused meanwhile, and no known device. If it is your phone, its key is not the one below:</p>
            <StrangerList list={strangers} />
          </div>
        )}
      </div>
    </div>
  );
}

/** Outside the status: nobody wants it read aloud every second. */
function Rate({ perS }: { perS: number | null }) {
  return perS === null ? null : <span>{`: ${Math.round(perS)} a second`}</span>;
}
