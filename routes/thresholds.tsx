import Thresholds, { HISTORY_ROWS, type ThresholdsProps } from "../islands/Thresholds.tsx";
import { type Choice, choiceOf } from "../islands/thresholds/address.ts";
import { handlers, type PageProps } from "../web/define.ts";
import { HttpProblem } from "../web/problem.ts";
import type { Services } from "../web/services.ts";
import { choicesOf, type DeviceChoice } from "../web/sessions_page.ts";

export const title = "Thresholds";
export const styles = ["/thresholds.css"];

export const handler = handlers<ThresholdsProps>({
  GET: async ({ url, services, who }) => {
    const choice = choiceIn(url);
    const { thresholds, settings: { windowMs, slideMs } } = services;
    const items = thresholds.history(HISTORY_ROWS);
    const last = items.at(-1)!.version;
    const choices = await choicesOf(services, choice.deviceId ?? undefined);
    const labelled = await services.store.sessions({ label: "any", limit: 1 });
    return {
      data: {
        state: thresholds.current(),
        history: { items, nextBefore: last > 1 ? last : null },
        choice,
        devices: choices,
        names: namesOf(services, choices),
        hasLabels: labelled.items.length > 0,
        windows: { windowMs, slideMs },
        nowMs: Date.now(),
        canEdit: who?.role === "admin",
      },
    };
  },
});

export default function ThresholdsPage({ data }: PageProps<ThresholdsProps>) {
  return <Thresholds {...data} />;
}

/** Where devices are too many to list, those with values of their own. */
function namesOf(
  { devices, thresholds }: Pick<Services, "devices" | "thresholds">,
  choices: DeviceChoice[] | null,
): Record<string, string> {
  const named = choices ?? thresholds.current().overrides.map(({ deviceId }) => {
    return { deviceId, name: devices.get(deviceId)?.name ?? deviceId };
  });
  return Object.fromEntries(named.map(({ deviceId, name }) => [deviceId, name]));
}

function choiceIn(url: URL): Choice {
  try {
    return choiceOf(url.searchParams);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new HttpProblem(400, `The address is wrong: ${error.message}.`);
  }
}
