/**
 * The real server with `--lan`, on ports that stay the same when it is started again.
 *
 * @module
 */
import { freePorts } from "./kafka/ports.ts";
import { type ServerProcess, startServer } from "./server.ts";

export interface LanServer {
  /** Starts it, also again. */
  start(): Promise<ServerProcess>;
  /** Address over TLS. */
  secure: string;
}

/** @param more settings; phones need a key */
export function lanServer(dataDir: string, more: Record<string, string> = {}): LanServer {
  const [port, tlsPort] = freePorts(2);
  const env = {
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: `${port}`,
    TLS_PORT: `${tlsPort}`,
    INGEST_OPEN: "false",
    ...more,
  };
  return { start: () => startServer(env, ["--lan"]), secure: `https://127.0.0.1:${tlsPort}` };
}
