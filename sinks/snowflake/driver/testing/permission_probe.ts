/**
 * A process that logs in and out, to see whether its permissions suffice. Its arguments: the server's URL and the key's path.
 *
 * @module
 */
import { connectSnowflake } from "../connect.ts";
import { settingsFor } from "./settings.ts";

const [url, privateKeyPath] = Deno.args;
const connection = await connectSnowflake(settingsFor(url, privateKeyPath));
console.log(JSON.stringify(await connection.execute("SELECT 1", [], 10_000)));
await connection.close();
