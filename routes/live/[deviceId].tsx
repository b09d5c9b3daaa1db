import DeviceLive, { type DeviceLiveProps } from "../../islands/DeviceLive.tsx";
import { cardFromSession } from "../../islands/live/card.ts";
import { STRIP_MS } from "../../islands/live/strip.ts";
import { EVERYTHING } from "../../islands/live/view.ts";
import { handlers, type PageProps } from "../../web/define.ts";
import { thresholdsFor, windowSettings } from "../../web/live_page.ts";
import { HttpProblem } from "../../web/problem.ts";

export const title = "Live, one phone";
export const styles = ["/live.css", "/live_device.css"];

export const handler = handlers<DeviceLiveProps>({
  GET: async ({ services, params: { deviceId } }) => {
    const { settings, store, devices } = services;
    const device = devices.list().find((entry) => entry.deviceId === deviceId);
    const { sessions, total, position } = await store.live({ deviceId, recentMs: STRIP_MS, limit: 1 });
    const last = sessions[0] ?? (await store.sessions({ deviceId, limit: 1 })).items[0] ?? null;
    if (last === null && !device) {
      throw new HttpProblem(
        404,
        `There is no device ${
          JSON.stringify(deviceId.slice(0, 128))
        }. All devices are at /devices, live phones at /.`,
      );
    }
    const name = device?.name ?? deviceId;
    return {
      data: {
        deviceId,
        name,
        init: {
          cards: sessions.map((session) => cardFromSession(session, name, settings.slideMs)),
          total,
          nowMs: Date.now(),
          window: windowSettings(settings),
          names: { [deviceId]: name },
          view: EVERYTHING,
        },
        position,
        thresholds: thresholdsFor(services, deviceId),
        last: last && { sessionId: last.sessionId, endedAt: last.endedAt },
      },
    };
  },
});

export default function DeviceLivePage({ data }: PageProps<DeviceLiveProps>) {
  return <DeviceLive {...data} />;
}
