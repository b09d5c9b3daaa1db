import Live, { type LiveProps } from "../islands/Live.tsx";
import { cardFromSession } from "../islands/live/card.ts";
import { MAX_CARDS, MAX_SHOWN, SNAPSHOT_RECENT_MS } from "../islands/live/model.ts";
import { STRIP_MS } from "../islands/live/strip.ts";
import { parseView } from "../islands/live/view.ts";
import { handlers, type PageProps } from "../web/define.ts";
import { thresholdsFor, windowSettings } from "../web/live_page.ts";
import { phoneOrigins } from "../web/pairing.ts";

export const title = "Live";
export const styles = ["/live.css"];

/** Names sent with the page; a phone beyond them shows its id. */
const MAX_NAMES = 1000;

export const handler = handlers<LiveProps>({
  GET: async ({ services, url, who }) => {
    const { settings, store, devices } = services;
    const names = Object.fromEntries(
      devices.list().filter(({ name }) => name !== null).slice(0, MAX_NAMES)
        .map(({ deviceId, name }) => [deviceId, name!]),
    );
    const { total: before } = await store.live({ recentMs: 0, limit: 0 });
    // Ten minutes of windows of a thousand phones would be 600,000; the page loads them for the phones on screen.
    const recentMs = before > MAX_CARDS ? SNAPSHOT_RECENT_MS : STRIP_MS;
    const { sessions, total, position } = await store.live({ recentMs, limit: MAX_SHOWN });
    const cards = sessions.map((session) =>
      cardFromSession(session, names[session.deviceId], settings.slideMs, recentMs)
    );
    return {
      data: {
        init: {
          // A table draws no lines; they would be two thirds of the page.
          cards: sessions.length > MAX_CARDS
            ? cards.map((card) => ({ ...card, line: [], hasHistory: false }))
            : cards,
          total,
          nowMs: Date.now(),
          window: windowSettings(settings),
          names,
          view: parseView(url.searchParams),
        },
        addresses: {
          local: url.origin,
          isReachable: phoneOrigins(services, url).length > 0,
          needsKey: !settings.openIngest,
        },
        thresholds: thresholdsFor(services),
        position,
        canEdit: who?.role === "admin",
      },
    };
  },
});

export default function LivePage({ data }: PageProps<LiveProps>) {
  return <Live {...data} />;
}
