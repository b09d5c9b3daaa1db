/**
 * Loading into Snowflake, beside whatever else the process does. Its modules are loaded only where it is set up.
 *
 * @module
 */
import { SYSTEM_CLOCK } from "../clock.ts";
import type { SinkLog, SinkStatus } from "../../sinks/port.ts";
import type { SnowflakeLoader } from "../../sinks/snowflake/loader.ts";
import type { SnowflakeSettings } from "../../sinks/snowflake/settings.ts";

/** Loading, as it runs. */
export interface Loading {
  /** null until its modules are there. */
  status(): SinkStatus | null;
  close(): Promise<void>;
}

/** Begins; nothing that is in the way keeps the process from its other work. */
export function startLoading(log: SinkLog, settings: SnowflakeSettings): Loading {
  let loader: SnowflakeLoader | null = null;
  const starting = open(log, settings).then((opened) => {
    loader = opened;
    loader.start();
  });
  return {
    status: () => loader?.status() ?? null,
    close: async () => {
      await starting;
      await loader?.close();
    },
  };
}

async function open(log: SinkLog, settings: SnowflakeSettings): Promise<SnowflakeLoader> {
  const [{ SnowflakeLoader }, { connectSnowflake }] = await Promise.all([
    import("../../sinks/snowflake/loader.ts"),
    import("../../sinks/snowflake/driver/connect.ts"),
  ]);
  return new SnowflakeLoader({ log, settings, connect: connectSnowflake, clock: SYSTEM_CLOCK });
}
