import Devices, { type DevicesProps } from "../../islands/Devices.tsx";
import { handlers, type PageProps } from "../../web/define.ts";
import { listDevices } from "../../web/devices.ts";
import { devicesPageQuery } from "../../web/schemas/devices.ts";
import { parseQuery } from "../../web/validate.ts";

export const title = "Devices";
export const styles = ["/devices.css"];

/** Up to so many are shown as cards. */
const MAX_CARDS = 20;
/** Rows of a page of the table. */
const ROWS = 50;

export const handler = handlers<DevicesProps>({
  GET: async ({ services, url, who }) => {
    const { q, page, pair } = parseQuery(devicesPageQuery, url);
    const initial = await listDevices(services, { q, page, limit: ROWS }, Date.now());
    const path = `/api/devices?${new URLSearchParams({
      q,
      page: String(initial.page),
      limit: String(ROWS),
    })}`;
    return {
      data: {
        initial,
        q,
        path,
        asCards: initial.total <= MAX_CARDS,
        canEdit: who?.role === "admin",
        isList: true,
        isPairing: pair !== undefined,
      },
    };
  },
});

export default function DevicesPage({ data }: PageProps<DevicesProps>) {
  const { q, initial: { total } } = data;
  return (
    <>
      <div class="bar">
        <h1>Devices</h1>
        <p class="hint">{total === 1 ? "1 device" : `${total.toLocaleString("en")} devices`}</p>
      </div>
      <form class="filters search" method="get" action="/devices" role="search">
        <div>
          <label for="q">Name or id</label>
          <input id="q" name="q" type="search" value={q} maxLength={128} autocomplete="off" />
        </div>
        <button type="submit">Search</button>
      </form>
      <Devices {...data} />
      <p class="hint">
        Health is as seen by this server process since it started; with several web processes each knows its
        own phones.
      </p>
    </>
  );
}
