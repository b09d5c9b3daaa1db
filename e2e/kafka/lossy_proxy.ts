/**
 * Stands between clients and a broker and breaks connections where it hurts most: a request has been carried out, but its answer
 * never comes.
 *
 * @module
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ISocketFactory } from "kafkajs";
import { openSocket } from "../../log/kafka/connection.ts";

/** https://kafka.apache.org/protocol#protocol_api_keys */
export enum Api {
  Produce = 0,
  Fetch = 1,
  Metadata = 3,
  FindCoordinator = 10,
  JoinGroup = 11,
  Heartbeat = 12,
  SyncGroup = 14,
  InitProducerId = 22,
  AddPartitionsToTxn = 24,
  AddOffsetsToTxn = 25,
  EndTxn = 26,
  TxnOffsetCommit = 28,
}

/** Of the connections it breaks, the share that breaks before the request has got through. */
const LOST_REQUESTS = 0.2;

export interface LossyProxyOptions {
  /** `host:port` of the broker. */
  broker: string;
  /** Gives numbers from 0 up to but not including 1. */
  next: () => number;
  /** The share of each request's connections that break. */
  losses: ReadonlyMap<Api, number>;
}

export class LossyProxy implements AsyncDisposable {
  /** Connections broken, by the request that was under way. */
  readonly cuts = new Map<Api, number>();
  /** Whether it breaks connections now. */
  isLossy = false;
  readonly #options: LossyProxyOptions;
  readonly #server = createServer((client) => this.#carry(client));
  readonly #sockets = new Set<Socket>();

  private constructor(options: LossyProxyOptions) {
    this.#options = options;
  }

  static async start(options: LossyProxyOptions): Promise<LossyProxy> {
    const proxy = new LossyProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Connects through the proxy, whatever address the broker has told. */
  readonly factory: ISocketFactory = (args) =>
    openSocket({ ...args, port: (this.#server.address() as AddressInfo).port });

  get cutCount(): number {
    return [...this.cuts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #carry(client: Socket): void {
    const [host, port] = this.#options.broker.split(":");
    const broker = connect({ host, port: Number(port), noDelay: true });
    client.setNoDelay(true);
    this.#sockets.add(client);
    let isAnswerLost = false;
    const cut = () => {
      client.destroy();
      broker.destroy();
    };
    client.on("data", (chunk: Uint8Array) => {
      // A client writes each request at once, so that almost all chunks begin with one: the others are rare enough.
      const loss = this.#loss(chunk);
      if (loss === "request") return cut();
      if (loss === "answer") isAnswerLost = true;
      broker.write(chunk);
    });
    broker.on("data", (chunk: Uint8Array) => isAnswerLost ? cut() : client.write(chunk));
    client.on("end", () => broker.end());
    broker.on("end", () => client.end());
    client.on("close", () => {
      this.#sockets.delete(client);
      broker.destroy();
    });
    // Breaking connections is what this is for.
    client.on("error", cut);
    broker.on("error", cut);
  }

  #loss(chunk: Uint8Array): "request" | "answer" | null {
    if (!this.isLossy || chunk.length < 6) return null;
    const api: Api = new DataView(chunk.buffer, chunk.byteOffset).getInt16(4);
    const { next, losses } = this.#options;
    if (next() >= (losses.get(api) ?? 0)) return null;
    this.cuts.set(api, (this.cuts.get(api) ?? 0) + 1);
    return next() < LOST_REQUESTS ? "request" : "answer";
  }
}
