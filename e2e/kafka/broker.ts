/**
 * A real Apache Kafka cluster for tests and development: one or three nodes on 127.0.0.1, each broker and controller.
 * It needs a shell, as Linux and macOS have.
 *
 * @module
 */
import { CLASS_ARCHIVE, hasClassArchive, installJars, runTool } from "./java.ts";
import { KafkaNode } from "./node.ts";
import { freePorts } from "./ports.ts";
import { type Ports, propertiesOf, type Sasl, scramArgs, STORE_PASSWORD } from "./properties.ts";

/** Any will do: base64 of 16 bytes, the same in every node. */
const CLUSTER_ID = "QWN0aXZpdHlUcmFja2VyMQ";

/**
 * Waits until this process is gone, which closes its stdin, and then ends the nodes that were left running: also after a
 * SIGKILL, which no handler sees. It waits a second before it removes the folder, since the nodes write until they are dead.
 */
const WATCHDOG = `cat; found=
for file in "$1"/*/pid; do
  [ -f "$file" ] && { kill -9 "$(cat "$file")" 2>/dev/null; rm "$file"; found=1; }
done
[ "$2" = keep ] || { [ -z "$found" ] || sleep 1; rm -rf "$1"; }`;

export interface KafkaOptions {
  /** 1 unless given. */
  nodes?: 1 | 3;
  /** Over those of the launcher, for every node. */
  properties?: Record<string, string>;
  /** Adds a listener for users with passwords; others than super users then need rights. */
  sasl?: Sasl;
  /** Adds a TLS listener, whose certificate is signed by itself. */
  ssl?: boolean;
  /** One node on this port with its data in this folder, which is kept; a temporary one and free ports otherwise. */
  kept?: { folder: string; port: number };
  /** For each node's Java, after the launcher's own. */
  jvmArgs?: string[];
}

/** Nodes are numbered from 1. */
export interface KafkaCluster extends AsyncDisposable {
  /** `host:port` of each node, without security. */
  readonly brokers: string[];
  /** The same of the SASL_PLAINTEXT listeners; empty unless asked for. */
  readonly sasl: string[];
  /** The same of the SSL listeners; empty unless asked for. */
  readonly ssl: string[];
  /** The certificate that the SSL listeners' clients have to trust, a PEM file. */
  readonly caPath: string;
  /** Ends a node as a power cut would (SIGKILL). */
  kill(node: number): Promise<void>;
  /** Stops a node in order. */
  stop(node: number): Promise<void>;
  /** Starts a node again, with its data and ports; resolves when it serves. */
  start(node: number): Promise<void>;
  /** Resolves when the node's process has ended, for whatever reason. */
  ended(node: number): Promise<void>;
  /** Freezes a node (SIGSTOP). */
  pause(node: number): void;
  /** Lets it go on (SIGCONT). */
  resume(node: number): void;
  /** {@link runTool} */
  tool: typeof runTool;
}

/**
 * Starts a cluster; resolves when every node serves and sees the others.
 *
 * @throws Error when Java or Maven is missing, or with the log's end when a node does not start
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  await installJars();
  if (!hasClassArchive()) await archiveClasses();
  return await launch(options);
}

/** Makes the {@link CLASS_ARCHIVE} of what one node loads. Several at the same time do not disturb each other. */
async function archiveClasses(): Promise<void> {
  const folder = `${CLASS_ARCHIVE}.${crypto.randomUUID()}`;
  const archive = `${folder}/archive`;
  {
    const kept = { folder, port: freePorts(1)[0] };
    await using cluster = await launch({ kept, jvmArgs: [`-XX:ArchiveClassesAtExit=${archive}`] });
    await cluster.stop(1);
  }
  await Deno.rename(archive, CLASS_ARCHIVE);
  await Deno.remove(folder, { recursive: true });
}

async function launch(options: KafkaOptions): Promise<KafkaCluster> {
  const { nodes: count = 1, sasl, ssl, kept } = options;
  const folder = kept?.folder ?? await Deno.makeTempDir({ prefix: "kafka-" });
  const watchdog = new Deno.Command("sh", {
    args: ["-c", WATCHDOG, "sh", folder, kept ? "keep" : "remove"],
    stdin: "piped",
    stdout: "null",
    // Else Deno ends it with the test file that has not disposed of its cluster, and Ctrl-C with everything else.
    detached: true,
  }).spawn();
  let nodes: KafkaNode[] = [];
  let disposed: Promise<void> | null = null;
  const end = async () => {
    await Promise.all(nodes.map((node) => kept ? node.stop() : node.kill()));
    await watchdog.stdin.close();
    await watchdog.status;
  };
  const dispose = () => disposed ??= end();
  const caPath = `${folder}/ca.pem`;
  try {
    const ports = Array.from({ length: count }, (): Ports => {
      const [plaintext, controller, sasl, ssl] = freePorts(4);
      return { plaintext: kept?.port ?? plaintext, controller, sasl, ssl };
    });
    const keyStore = ssl ? await makeKeyStore(folder, caPath) : undefined;
    nodes = ports.map(({ plaintext }, index) =>
      new KafkaNode({
        id: index + 1,
        folder: `${folder}/node-${index + 1}`,
        port: plaintext,
        properties: { ...propertiesOf(index + 1, ports, sasl, keyStore), ...options.properties },
        jvmArgs: options.jvmArgs ?? [],
      })
    );
    const formatArgs = ["--cluster-id", CLUSTER_ID, ...scramArgs(sasl)];
    await Promise.all(nodes.map((node) => node.format(formatArgs)));
    const ids = nodes.map((_, index) => index + 1);
    await Promise.all(nodes.map((node) => node.start(ids)));
    const addresses = (listener: keyof Ports) => ports.map((port) => `127.0.0.1:${port[listener]}`);
    const at = (id: number) => {
      if (!ids.includes(id)) throw new RangeError(`the cluster has nodes ${ids.join(", ")}, but no ${id}`);
      return nodes[id - 1];
    };
    return {
      brokers: addresses("plaintext"),
      sasl: sasl ? addresses("sasl") : [],
      ssl: ssl ? addresses("ssl") : [],
      caPath,
      kill: (node) => at(node).kill(),
      stop: (node) => at(node).stop(),
      start: (node) => at(node).start([]),
      ended: (node) => at(node).ended(),
      pause: (node) => at(node).pause(),
      resume: (node) => at(node).resume(),
      tool: runTool,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Makes a key with a certificate for 127.0.0.1. @returns the path of the key store */
async function makeKeyStore(folder: string, caPath: string): Promise<string> {
  const path = `${folder}/keystore.p12`;
  const store = ["-alias", "broker", "-keystore", path, "-storepass", STORE_PASSWORD];
  const names = ["-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1,dns:localhost"];
  await keytool("-genkeypair", "-keyalg", "EC", ...names, ...store);
  await keytool("-exportcert", "-rfc", "-file", caPath, ...store);
  return path;
}

async function keytool(...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command("keytool", { args }).output();
  if (!success) {
    throw new Error(
      `keytool ${args[0]} failed:\n${[stdout, stderr].map((b) => new TextDecoder().decode(b)).join("")}`,
    );
  }
}
