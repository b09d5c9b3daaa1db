/**
 * A server on a {@link FakeEngine}, with one user.
 *
 * @module
 */
import { type Server, type ServerOptions, startServer } from "../server.ts";
import { login } from "./client.ts";
import { FakeEngine, USER } from "./fake_engine.ts";
import { newKey, newToken, type TestKey } from "./keys.ts";

/** Making one takes a tenth of a second. */
const KEY = newKey();

export interface TestServer extends Server {
  engine: FakeEngine;
  key: TestKey;
  /** Logs in. @returns the session's tokens */
  logIn(): Promise<{ token: string; masterToken: string }>;
}

export async function withServer(
  use: (server: TestServer) => Promise<void>,
  options: Partial<Omit<ServerOptions, "engine">> = {},
): Promise<void> {
  const engine = new FakeEngine([
    { ...USER, rsaPublicKey: KEY.publicKey },
    { ...USER, name: "BY_PASSWORD", password: "correct horse" },
  ]);
  const server = await startServer({ account: "LOCAL", engine, ...options });
  try {
    await use({
      ...server,
      engine,
      key: KEY,
      logIn: async () => {
        const { envelope: { data } } = await login(server.url, newToken(KEY, { nowMs: options.now?.() }));
        return { token: data.token!, masterToken: data.masterToken! };
      },
    });
  } finally {
    await server.close();
  }
}
