/**
 * Asks a broker which nodes it sees, in plain bytes: a client library would retry and log on its own.
 *
 * @module
 */

/** A broker that takes a connection but does not answer for so long is still starting, ms. */
const ANSWER_MS = 1000;
/** Metadata, version 1, correlation id 1, no client id, no topics; the first field is the length of the rest. */
const METADATA_REQUEST = Uint8Array.of(0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0);

/**
 * The nodes that the broker at this address takes for alive.
 *
 * @param port on 127.0.0.1
 * @returns their ids
 * @throws Error when it does not answer
 */
export async function liveNodes(port: number): Promise<number[]> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => connection.close(), ANSWER_MS);
  try {
    await connection.write(METADATA_REQUEST);
    const size = new DataView((await read(connection, 4)).buffer).getInt32(0);
    return nodeIds(new DataView((await read(connection, size)).buffer));
  } finally {
    clearTimeout(timer);
  }
}

async function read(connection: Deno.Conn, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(bytes);
  for (let filled = 0; filled < bytes;) {
    const count = await connection.read(buffer.subarray(filled));
    if (count === null) throw new Error("the broker closed the connection");
    filled += count;
  }
  return buffer;
}

/** A response: correlation id, then of each broker its id, host (length in 2 bytes), port and rack (null is length -1). */
function nodeIds(response: DataView): number[] {
  let at = 8;
  const string = () => at += 2 + Math.max(0, response.getInt16(at));
  return Array.from({ length: response.getInt32(4) }, () => {
    const id = response.getInt32(at);
    at += 4;
    string();
    at += 4;
    string();
    return id;
  });
}
