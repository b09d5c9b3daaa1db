/**
 * One keep-alive HTTP connection that sends prepared bytes and reads no more of the answer than a benchmark
 * needs. `fetch()` costs several times as much, and the load generator shares its cores with the server it
 * measures.
 *
 * @module
 */

/** Answers of the server are below 1 kB; 20 rejected readings with their reasons are the most. */
const BUFFER_BYTES = 64 * 1024;
const DECODER = new TextDecoder("latin1");

/** What a benchmark wants to know of an answer. */
export interface Answer {
  status: number;
  /** Readings the server says it accepted. */
  accepted: number;
  /** ms to wait, from Retry-After; 0 when there is none. */
  retryAfterMs: number;
}

/** An answer that is not HTTP as this client reads it. */
export class AnswerError extends Error {
  override name = "AnswerError";
}

export class Connection {
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  private constructor(readonly socket: Deno.TcpConn) {}

  /** @param url of the server, for example http://127.0.0.1:8000 */
  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    const socket = await Deno.connect({ hostname, port: Number(port) });
    // A request is one write; waiting for more of it (Nagle) would only add latency.
    socket.setNoDelay(true);
    return new Connection(socket);
  }

  /**
   * Sends a request and reads its answer.
   *
   * @returns null when the server closed the connection without answering
   */
  async request(bytes: Uint8Array): Promise<Answer | null> {
    for (let sent = 0; sent < bytes.length;) sent += await this.socket.write(bytes.subarray(sent));
    let length = 0;
    while (length < BUFFER_BYTES) {
      const n = await this.socket.read(this.#buffer.subarray(length));
      if (n === null) return null;
      length += n;
      const text = DECODER.decode(this.#buffer.subarray(0, length));
      const headEnd = text.indexOf("\r\n\r\n");
      if (headEnd < 0) continue;
      const head = text.slice(0, headEnd).toLowerCase();
      const bodyLength = header(head, "content-length");
      if (Number.isNaN(bodyLength)) throw new AnswerError(`no Content-Length in: ${head}`);
      if (length < headEnd + 4 + bodyLength) continue;
      const accepted = /"accepted":(\d+)/.exec(text.slice(headEnd + 4));
      return {
        status: Number(text.slice(9, 12)),
        accepted: accepted ? Number(accepted[1]) : 0,
        retryAfterMs: (header(head, "retry-after") || 0) * 1000,
      };
    }
    throw new AnswerError(`an answer of more than ${BUFFER_BYTES} bytes`);
  }

  close(): void {
    this.socket.close();
  }
}

function header(head: string, name: string): number {
  const at = head.indexOf(`\r\n${name}:`);
  return at < 0 ? NaN : Number.parseInt(head.slice(at + name.length + 3), 10);
}
