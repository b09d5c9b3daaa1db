import { ACTIVITIES, LABEL_ACTIVITIES } from "../../log/records.ts";
import type { SessionListPage } from "../../web/sessions_page.ts";

type FilterFormProps = Pick<SessionListPage, "filter" | "devices">;

/** What the list is narrowed by: a plain form whose answer is another address. */
export function FilterForm({ filter, devices }: FilterFormProps) {
  return (
    <form class="filters session-filters" method="get" action="/sessions" role="search" aria-label="Sessions">
      <div class="find">
        <label class="sr-only" for="q">Name or id</label>
        <input
          id="q"
          name="q"
          type="search"
          value={filter.q}
          maxLength={128}
          placeholder="Name or id"
          autocomplete="off"
        />
      </div>
      <div>
        <label class="sr-only" for="deviceId">Device</label>
        <DeviceField deviceId={filter.deviceId} devices={devices} />
      </div>
      <div>
        <label class="sr-only" for="activity">Activity</label>
        <select id="activity" name="activity">
          <option value="">Any activity</option>
          {ACTIVITIES.map((activity) => (
            <option key={activity} value={activity} selected={activity === filter.activity}>
              {`Some ${activity}`}
            </option>
          ))}
        </select>
      </div>
      <div class="day">
        <label for="from">from</label>
        <input id="from" name="from" type="date" value={filter.from} />
      </div>
      <div class="day">
        <label for="to">to</label>
        <input id="to" name="to" type="date" value={filter.to} />
      </div>
      <div>
        <label class="sr-only" for="label">Label</label>
        <select id="label" name="label">
          <option value="">Labelled or not</option>
          <option value="any" selected={filter.label === "any"}>Labelled</option>
          {LABEL_ACTIVITIES.map((activity) => (
            <option key={activity} value={activity} selected={activity === filter.label}>
              {`Labelled ${activity}`}
            </option>
          ))}
        </select>
      </div>
      <button type="submit">Filter</button>
      {isFiltered(filter) && <a class="button quiet" href="/sessions">Clear</a>}
    </form>
  );
}

/** Whether the list is narrowed at all. */
export const isFiltered = (filter: FilterFormProps["filter"]): boolean =>
  Object.values(filter).some((value) => value !== undefined);

function DeviceField({ deviceId, devices }: { deviceId?: string; devices: FilterFormProps["devices"] }) {
  if (devices === null) {
    return (
      <input
        id="deviceId"
        name="deviceId"
        value={deviceId}
        maxLength={128}
        placeholder="Device id"
        autocomplete="off"
      />
    );
  }
  return (
    <select id="deviceId" name="deviceId">
      <option value="">Any device</option>
      {devices.map((device) => (
        <option key={device.deviceId} value={device.deviceId} selected={device.deviceId === deviceId}>
          {device.name}
        </option>
      ))}
    </select>
  );
}
