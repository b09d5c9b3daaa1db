import { Progress } from "../commands/progress.ts";
import type { Server } from "./server.ts";

const TICK_S = 0.25;

/** Shows progress while some work runs that takes a known time, s. */
export async function timed<T>(server: Server, secs: number, work: Promise<T>): Promise<T> {
  const progress = new Progress(server.name, secs);
  const timer = setInterval(() => progress.add(TICK_S), TICK_S * 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    progress.end();
  }
}
