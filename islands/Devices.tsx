import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type DeviceAction, DeviceCard, nameOf } from "../components/devices/DeviceCard.tsx";
import { DeviceTable } from "../components/devices/DeviceTable.tsx";
import { Strangers } from "../components/devices/Strangers.tsx";
import { ToastView, useToast } from "../components/Toast.tsx";
import type { DeviceItem, DevicePage } from "../web/devices.ts";
import { DeviceDialog, type DeviceDialogProps } from "./devices/DeviceDialog.tsx";
import { PairDialog, type PairDialogProps } from "./devices/PairDialog.tsx";
import { poll } from "./poll.ts";
import { send } from "./send.ts";

/** Health is averaged over seconds, ms. */
const POLL_MS = 5000;

export interface DevicesProps {
  initial: DevicePage;
  /** What was searched for. */
  q: string;
  /** Where the same page's data come from. */
  path: string;
  /** Whether these are all, a card each; else a row each. */
  asCards: boolean;
  /** Who is a viewer sees, and changes nothing. */
  canEdit: boolean;
  /** Whether it is the list; else a device's own page. */
  isList: boolean;
  /** Whether pairing a new phone is what was come for. */
  isPairing: boolean;
}

/** The registry: how each device's readings come in, its key, its settings. */
export default function Devices({ initial, q, path, asCards, canEdit, isList, isPairing }: DevicesProps) {
  const page = useSignal(initial);
  const isLost = useSignal(false);
  const open = useSignal<Pick<DeviceDialogProps, "action" | "item"> | null>(null);
  const pairing = useSignal<Pick<PairDialogProps, "item"> | null>(null);
  const toast = useToast();

  const refresh = () => load(path).then((answer) => page.value = answer ?? page.value);
  useEffect(() => {
    // Links from other pages name a device that may be on any page of the list.
    const named = decodeURIComponent(location.hash.slice(1));
    if (named !== "" && isList) location.replace(`/devices/${encodeURIComponent(named)}`);
    if (isPairing && canEdit) pairing.value = { item: null };
  }, []);
  useEffect(() =>
    poll<DevicePage>(path, POLL_MS, (answer) => {
      isLost.value = answer === null;
      page.value = answer ?? page.value;
    }, POLL_MS), []);

  const remove = async (item: DeviceItem) => {
    const api = `/api/devices/${encodeURIComponent(item.deviceId)}`;
    try {
      await send("DELETE", api);
    } catch (error) {
      return toast.show({ text: `Not removed: ${(error as Error).message}` });
    }
    await refresh();
    toast.show({
      text: `${nameOf(item)} is removed from the registry${
        item.hasKey ? ", its key has ended" : ""
      }. Its sessions stay.`,
      undo: async () => {
        await send("POST", `${api}/restore`);
        await refresh();
        return `${nameOf(item)} is back.`;
      },
    });
  };
  const act = (action: DeviceAction, item: DeviceItem) => {
    if (action === "remove") remove(item);
    else if (action === "pair") pairing.value = { item };
    else open.value = { action, item };
  };

  const { items, atMs, strangers } = page.value;
  return (
    <>
      {isList && (
        <p class="pair-bar">
          <button
            type="button"
            class="primary"
            disabled={!canEdit}
            onClick={() => pairing.value = { item: null }}
          >
            Pair a phone
          </button>
        </p>
      )}
      {!canEdit && <p class="hint">You are signed in as a viewer: an admin can change devices.</p>}
      {isLost.value && (
        <p class="hint warn" role="status">The server does not answer: this is what it said last.</p>
      )}
      {items.length === 0 ? !isList ? <Gone /> : <Nothing q={q} /> : asCards
        ? (
          <div class="devices">
            {items.map((item) => (
              <DeviceCard key={item.deviceId} item={item} nowMs={atMs} canEdit={canEdit} onAction={act} />
            ))}
          </div>
        )
        : <DeviceTable items={items} nowMs={atMs} />}
      {isList && <Pages page={page.value} q={q} />}
      {isList && q === "" && <Strangers list={strangers} />}
      {open.value && (
        <DeviceDialog
          {...open.value}
          onChanged={(text) => {
            refresh();
            toast.show({ text });
          }}
          onClose={() => open.value = null}
        />
      )}
      {pairing.value && (
        <PairDialog
          {...pairing.value}
          onChanged={refresh}
          onClose={() => {
            pairing.value = null;
            refresh();
          }}
        />
      )}
      <ToastView toast={toast} />
    </>
  );
}

/** @returns null when the server does not answer: the next poll will tell */
async function load(path: string): Promise<DevicePage | null> {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function Gone() {
  return (
    <section class="empty-state">
      <h2>It is not in the registry any more</h2>
      <p>Its sessions stay. When it sends again and no key is required, it is listed as not registered.</p>
    </section>
  );
}

function Nothing({ q }: { q: string }) {
  if (q !== "") {
    return (
      <section class="empty-state">
        <h2>No device has {JSON.stringify(q)} in its name or id</h2>
        <p>
          <a class="button" href="/devices">Show all devices</a>
        </p>
      </section>
    );
  }
  return (
    <section class="empty-state">
      <h2>No phones yet</h2>
      <p>A phone appears here once it is paired, or once its first readings have come.</p>
      <p>
        <a class="button" href="/">See the ways in</a>
      </p>
    </section>
  );
}

function Pages({ page: { page, pages }, q }: { page: DevicePage; q: string }) {
  if (pages === 1) return null;
  const to = (n: number) => `/devices?${new URLSearchParams({ ...(q && { q }), page: String(n) })}`;
  return (
    <nav class="pages" aria-label="Pages of devices">
      {page > 1 && <a class="button" rel="prev" href={to(page - 1)}>Previous</a>}
      <span>{`Page ${page} of ${pages}`}</span>
      {page < pages && <a class="button" rel="next" href={to(page + 1)}>Next</a>}
    </nav>
  );
}
