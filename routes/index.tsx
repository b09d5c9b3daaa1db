import { isLoopback } from "../config.ts";
import Live, { type LiveProps } from "../islands/Live.tsx";
import { cardFromSession } from "../islands/live/card.ts";
import { MAX_CARDS, MAX_SHOWN } from "../islands/live/model.ts";
import { STRIP_MS } from "../islands/live/strip.ts";
import { DEFAULT_THRESHOLDS } from "../stream/thresholds.ts";
import { handlers, type PageProps } from "../web/define.ts";

export const title = "Live";
export const styles = ["/live.css"];

/** Names sent with the page; a phone beyond them shows its id. */
const MAX_NAMES = 1000;

export const handler = handlers<LiveProps>({
  GET: async ({ services, url }) => {
    const { settings, store, devices } = services;
    const names = Object.fromEntries(
      devices.list().filter(({ name }) => name !== null).slice(0, MAX_NAMES)
        .map(({ deviceId, name }) => [deviceId, name!]),
    );
    const { sessions, total, position } = await store.live({ recentMs: STRIP_MS, limit: MAX_SHOWN });
    const { windowMs, slideMs, latenessMs, sessionIdleMs } = settings;
    const { walkingMs2, runningMs2 } = DEFAULT_THRESHOLDS;
    const cards = sessions.map((session) => cardFromSession(session, names[session.deviceId], slideMs));
    return {
      data: {
        init: {
          // A table draws no lines; they would be two thirds of the page.
          cards: sessions.length > MAX_CARDS ? cards.map((card) => ({ ...card, line: [] })) : cards,
          total,
          nowMs: Date.now(),
          window: { windowMs, slideMs, latenessMs, sessionIdleMs },
          names,
        },
        addresses: {
          local: url.origin,
          lan: isLoopback(settings.host)
            ? []
            : services.lanAddresses().map((address) => toOrigin(address, url.port)),
          needsKey: !settings.openIngest,
        },
        thresholds: { walkingMs2, runningMs2 },
        position,
      },
    };
  },
});

export default function LivePage({ data }: PageProps<LiveProps>) {
  return <Live {...data} />;
}

function toOrigin(address: string, port: string): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `http://${host}${port && `:${port}`}`;
}
