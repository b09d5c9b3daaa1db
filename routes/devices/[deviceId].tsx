import Devices, { type DevicesProps } from "../../islands/Devices.tsx";
import { handlers, type PageProps } from "../../web/define.ts";
import { listDevices } from "../../web/devices.ts";
import { HttpProblem } from "../../web/problem.ts";

export const title = "Device";
export const styles = ["/devices.css"];

export const handler = handlers<DevicesProps>({
  GET: async ({ services, params: { deviceId }, who }) => {
    const initial = await listDevices(services, { deviceId, q: "", page: 1, limit: 1 }, Date.now());
    if (initial.total === 0) {
      throw new HttpProblem(
        404,
        `There is no device ${
          JSON.stringify(deviceId.slice(0, 128))
        } in the registry, and this process has not heard of ` +
          "it since it started. All devices are at /devices.",
      );
    }
    return {
      data: {
        initial: { ...initial, strangers: [] },
        q: "",
        path: `/api/devices?${new URLSearchParams({ deviceId })}`,
        asCards: true,
        canEdit: who?.role === "admin",
        isList: false,
        isPairing: false,
      },
    };
  },
});

export default function DevicePage({ data }: PageProps<DevicesProps>) {
  return (
    <>
      <div class="bar">
        <h1>Device</h1>
        <p class="actions">
          <a class="button quiet" href="/devices">All devices</a>
        </p>
      </div>
      <Devices {...data} />
      <p class="hint">Health is as seen by this server process since it started.</p>
    </>
  );
}
