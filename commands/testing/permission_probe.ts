/**
 * A process that listens, gives up what it does not need any more, and tells what its threads can still do. Its arguments: a
 * folder, and "kafka" when it is to connect to brokers later.
 *
 * @module
 */
import { dropPermissions } from "../permissions.ts";

/** Runs in both threads. @returns what was refused */
async function refused(port: number, folder: string): Promise<string[]> {
  const names: string[] = [];
  const attempts = {
    connect: async () => (await Deno.connect({ hostname: "127.0.0.1", port })).close(),
    write: () => Deno.writeTextFile(`${folder}/file`, ""),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    await attempt().catch((error) => {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      names.push(name);
    });
  }
  return names;
}

const code = `${refused}; onmessage = async ({ data }) => postMessage(await refused(...data));`;
const worker = new Worker(`data:text/javascript,${encodeURIComponent(code)}`, { type: "module" });
const fromWorker = Promise.withResolvers<string[]>();
worker.onmessage = ({ data }) => fromWorker.resolve(data);

const [folder, kafka] = Deno.args;
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => void tell(port) },
  () => new Response("served"),
);

async function tell(port: number): Promise<void> {
  await dropPermissions(kafka === "kafka");
  worker.postMessage([port, folder]);
  console.log(JSON.stringify({ port, main: await refused(port, folder), worker: await fromWorker.promise }));
}
