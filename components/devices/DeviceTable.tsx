import { formatAge } from "../../islands/live/format.ts";
import type { DeviceItem } from "../../web/devices.ts";
import { escapeControls } from "../DeadLetterTable.tsx";
import { Icon } from "../Icon.tsx";
import { nameOf } from "./DeviceCard.tsx";
import { findings } from "./health_words.ts";

/** Many devices: a row each, with the most urgent thing to know; what can be done is on the device's own page. */
export function DeviceTable({ items, nowMs }: { items: DeviceItem[]; nowMs: number }) {
  return (
    <div class="table-frame">
      <table class="table devices-table" role="table">
        <caption class="sr-only">Devices, by name</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">device</th>
            <th scope="col" role="columnheader">key</th>
            <th scope="col" role="columnheader" class="number">last readings</th>
            <th scope="col" role="columnheader">health</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map((item) => <Row key={item.deviceId} item={item} nowMs={nowMs} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ item, nowMs }: { item: DeviceItem; nowMs: number }) {
  const { deviceId, name, hasKey, createdAt, health } = item;
  const [first, ...others] = findings(item, nowMs);
  const seen = health?.lastSeenAt;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <a href={`/devices/${encodeURIComponent(deviceId)}`}>{nameOf(item)}</a>
        {name !== null && <small>{deviceId}</small>}
      </th>
      <td role="cell" data-label="key">{createdAt === null ? "not registered" : hasKey ? "yes" : "none"}</td>
      <td role="cell" data-label="last readings" class="number">
        {seen ? `${formatAge(nowMs - seen)} ago` : "none"}
      </td>
      <td role="cell" data-label="health" class={`finding ${first.state}`}>
        {first.state === "wrong" && <Icon name="warning" />}
        <span>
          {escapeControls(first.text)}
          {others.length > 0 && ` And ${others.length} more.`}
        </span>
      </td>
    </tr>
  );
}
