import { deviceOfKey, headerKey, unauthorized } from "../../ingest/http/keys.ts";
import { handlers, type RouteModule } from "../../web/define.ts";

/** With the device's key, which reads nothing else. */
export const access: RouteModule["access"] = { GET: "open" };

/** `GET /api/phone`: what the phone whose key is sent is doing, and nothing of anybody else. */
export const handler: RouteModule["handler"] = handlers({
  async GET({ req, services }) {
    const key = headerKey(req.headers);
    if (key === null) throw unauthorized("send the phone's key: Authorization: Bearer <key>");
    const deviceId = deviceOfKey(services.devices, key);
    const { sessions: [session] } = await services.store.live({ deviceId, recentMs: 0, limit: 1 });
    const window = session?.current;
    const current = window
      ? { activity: window.activity, confidence: window.confidence, timestamp: window.timestamp }
      : null;
    const name = services.devices.get(deviceId)?.name ?? null;
    return Response.json({ deviceId, name, current }, { headers: { "cache-control": "no-store" } });
  },
});
