/**
 * What admins set and the tasks go by, followed by every process that runs tasks itself: a change needs no process with pages.
 *
 * @module
 */
import { StreamSettings } from "../../control/device_settings.ts";
import { type ControlLog, follow } from "../../control/follow.ts";
import { ThresholdsRegistry } from "../../control/thresholds.ts";
import type { ControlEvent } from "../../log/records.ts";
import type { StreamSource } from "../../stream/stream_setting.ts";
import { DEFAULT_THRESHOLDS, type ThresholdsSource } from "../../stream/thresholds.ts";

export interface Control {
  thresholds: ThresholdsSource;
  streams: StreamSource;
}

/** Where nobody has changed anything. */
export const AS_SHIPPED: Control = {
  thresholds: { of: () => DEFAULT_THRESHOLDS },
  streams: { streamOf: () => null },
};

/**
 * Reads what is in force and follows it.
 *
 * @param onFatal an event that came later cannot be read: the process must end, since results would not be what was set
 * @throws Error when one that is there cannot be read
 */
export async function followControl(
  log: ControlLog,
  onFatal: (error: Error) => void,
): Promise<Control> {
  const thresholds = new ThresholdsRegistry(log, Date.now), streams = new StreamSettings();
  await follow({ tailControl: (listener) => followEvents(log, listener, onFatal) }, thresholds, streams);
  return { thresholds, streams };
}

/**
 * Calls the listener with every event.
 *
 * @param onFatal the listener has thrown at one that came later
 * @throws Error when it throws at one that is there
 */
export async function followEvents(
  log: Pick<ControlLog, "tailControl">,
  listener: (event: ControlEvent) => void,
  onFatal: (error: Error) => void,
): Promise<void> {
  let following = false;
  await log.tailControl((event) => {
    try {
      listener(event);
    } catch (error) {
      if (!following) throw error;
      onFatal(error as Error);
    }
  });
  following = true;
}
