/**
 * What the Devices page and `GET /api/devices` show: the registry, joined with how readings come in and with the newest session.
 *
 * @module
 */
import type { Device, DeviceHealth, Services, Stranger } from "./services.ts";

/** The newest session of a device. */
export interface NewestSession {
  sessionId: string;
  live: boolean;
  /** Whether gravity was found and taken out of its last window; null before the first. */
  gravityRemoved: boolean | null;
}

/** A device that is registered or was heard of. */
export interface DeviceItem extends Omit<Device, "createdAt"> {
  /** null: not registered. */
  createdAt: number | null;
  /** As this process has seen it; null: not at all. */
  health: DeviceHealth | null;
  session: NewestSession | null;
}

export interface DevicePage {
  items: DeviceItem[];
  /** Of those that match. */
  total: number;
  /** From 1. */
  page: number;
  pages: number;
  /** When this was so, ms since the Unix epoch. */
  atMs: number;
  strangers: Stranger[];
}

export interface DeviceQuery {
  /** Only this one, if it is registered or was heard of. */
  deviceId?: string;
  /** Part of the name or the id, in any case; "" for all. */
  q: string;
  /** From 1; the last one when there are fewer. */
  page: number;
  limit: number;
}

type Sources = Pick<Services, "devices" | "deviceHealth" | "store">;

/**
 * One page, in the order of the names.
 *
 * @param nowMs the wall clock, ms since the Unix epoch
 */
export async function listDevices(services: Sources, query: DeviceQuery, nowMs: number): Promise<DevicePage> {
  const found = query.deviceId === undefined
    ? matching(services, query.q)
    : known(services, query.deviceId, nowMs);
  const pages = Math.max(1, Math.ceil(found.length / query.limit));
  const page = Math.min(query.page, pages);
  const shown = found.slice((page - 1) * query.limit, page * query.limit);
  return {
    items: await Promise.all(shown.map((device) => describe(services, device, nowMs))),
    total: found.length,
    page,
    pages,
    atMs: nowMs,
    strangers: services.deviceHealth.strangers(),
  };
}

type Known = Omit<DeviceItem, "health" | "session">;

const unregistered = (deviceId: string): Known => ({
  deviceId,
  name: null,
  createdAt: null,
  hasKey: false,
  gravity: "auto",
  unit: "auto",
});

function known({ devices, deviceHealth }: Sources, deviceId: string, nowMs: number): Known[] {
  const device = devices.get(deviceId);
  if (device !== null) return [device];
  return deviceHealth.of(deviceId, nowMs) === null ? [] : [unregistered(deviceId)];
}

function matching({ devices, deviceHealth }: Sources, q: string): Known[] {
  const wanted = q.trim().toLowerCase();
  const keyed: [key: string, device: Known][] = [];
  const add = (device: Known) => {
    const key = `${device.name ?? device.deviceId}\n${device.deviceId}`.toLowerCase();
    if (key.includes(wanted)) keyed.push([key, device]);
  };
  devices.list().forEach(add);
  for (const deviceId of deviceHealth.deviceIds()) {
    if (devices.get(deviceId) === null) add(unregistered(deviceId));
  }
  // Not by locale: that takes 50 ms for 10,000 devices, every time a page renews itself.
  return keyed.sort(([a], [b]) => a < b ? -1 : 1).map(([, device]) => device);
}

async function describe({ deviceHealth, store }: Sources, device: Known, nowMs: number): Promise<DeviceItem> {
  const { deviceId } = device;
  const { items: [newest] } = await store.sessions({ deviceId, limit: 1 });
  return {
    ...device,
    health: deviceHealth.of(deviceId, nowMs),
    session: newest === undefined ? null : {
      sessionId: newest.sessionId,
      live: newest.live,
      gravityRemoved: newest.current?.gravityRemoved ?? null,
    },
  };
}
