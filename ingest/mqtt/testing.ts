/**
 * An MQTT broker in this process, for tests.
 *
 * @module
 */
import { Aedes } from "aedes";
import { createServer, type Server, type Socket } from "node:net";

/** A broker that listens on a real socket. What it keeps for clients outlives its socket, as a broker's disk would. */
export class TestBroker implements AsyncDisposable {
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  /** 0 before it listens. */
  port = 0;
  /** Packet ids of messages that clients have acknowledged. */
  readonly acknowledged: number[] = [];

  private constructor(readonly aedes: Aedes) {
    aedes.on("ack", (packet) => this.acknowledged.push((packet as { messageId: number }).messageId));
  }

  static async start(): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker());
    await broker.listen();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** On the port it had before, if any. */
  async listen(): Promise<void> {
    const server = this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as { port: number }).port;
  }

  /** Breaks every connection; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection and takes no new ones. */
  async stopListening(): Promise<void> {
    const closed = new Promise((resolve) => this.#server!.close(resolve));
    this.cut();
    await closed;
  }

  /** As a phone would, with QoS 1: resolves when the broker has it. */
  publish(topic: string, payload: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const packet = {
        cmd: "publish" as const,
        topic,
        payload: typeof payload === "string" ? payload : JSON.stringify(payload),
        qos: 1 as const,
        dup: false,
        retain: false,
      };
      this.aedes.publish(packet, (error) => error ? reject(error) : resolve());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server?.listening) await this.stopListening();
    await new Promise<void>((resolve) => this.aedes.close(resolve));
  }
}
