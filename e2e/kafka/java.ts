/**
 * Apache Kafka's jars and the Java that runs them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { exists, Jars } from "./jars.ts";

/** Kafka 4 brokers run on Java 17 and later. */
const JAVA_MAJOR = 17;
const INSTALL = "apt-get install --yes openjdk-17-jre-headless maven";
/** A console tool that runs longer hangs, ms. */
const TOOL_MS = 60_000;
/** A tool with more data than this does something no test asks for. */
const TOOL_HEAP = "-Xmx256m";

const LOGGING = fileURLToPath(new URL("log4j2.properties", import.meta.url));
const JARS = new Jars({
  pomPath: fileURLToPath(new URL("pom.xml", import.meta.url)),
  path: fileURLToPath(new URL("jars", import.meta.url)),
  what: "Apache Kafka by Maven, once (54 MB)",
});

/**
 * Classes as the JVM has them in memory once loaded: with it a node starts in 1.2 s instead of 2.2. A JVM for which it was not
 * made, or that finds none, goes on without.
 */
export const CLASS_ARCHIVE = `${JARS.path}/classes.jsa`;

/**
 * For processes that live for seconds: the second compiler and the parallel collector cost more than they give. With
 * `-Xlog:disable` because the JVM writes its warnings to stdout, where a tool's result is.
 */
const SHORT_LIVED = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:disable"];

/** For a node that runs for longer or is measured: every compiler, as Kafka's own scripts have it. */
export const LONG_LIVED = ["-XX:TieredStopAtLevel=4"];

/** Class names of the console tools; what they are called in Kafka's `bin` folder. */
export const Tool = {
  /** kafka-acls */
  acls: "org.apache.kafka.tools.AclCommand",
  /** kafka-configs */
  configs: "kafka.admin.ConfigCommand",
  /** kafka-console-consumer */
  consoleConsumer: "org.apache.kafka.tools.consumer.ConsoleConsumer",
  /** kafka-console-producer */
  consoleProducer: "org.apache.kafka.tools.ConsoleProducer",
  /** kafka-consumer-groups */
  consumerGroups: "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
  /** kafka-dump-log */
  dumpLog: "kafka.tools.DumpLogSegments",
  /** kafka-storage */
  storage: "kafka.tools.StorageTool",
  /** kafka-topics */
  topics: "org.apache.kafka.tools.TopicCommand",
} as const;

/** A sentence that says what a broker of our own lacks on this machine and how to install it; null when nothing. */
export function kafkaMissing(): string | null {
  const version = outputOf("java", "-version");
  if (version === null) return `A Kafka broker needs Java ${JAVA_MAJOR}, which is not installed: ${INSTALL}`;
  const major = Number(/version "(\d+)/.exec(version)?.[1]);
  if (!(major >= JAVA_MAJOR)) {
    const found = version.split("\n")[0];
    return `A Kafka broker needs Java ${JAVA_MAJOR} or later, and \`java -version\` says ${found}: ${INSTALL}`;
  }
  if (!JARS.isCopied() && outputOf("mvn", "--version") === null) {
    return `Apache Kafka's jars come by Maven, which is not installed: ${INSTALL}`;
  }
  return null;
}

/** Both streams of a program; null when it is not installed. */
function outputOf(program: string, arg: string): string | null {
  try {
    const { stdout, stderr } = new Deno.Command(program, { args: [arg] }).outputSync();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

let installed: Promise<void> | null = null;

/**
 * Copies the jars of pom.xml, once; other processes that want them wait.
 *
 * @throws Error when Java or Maven is missing, or Maven fails
 */
export function installJars(): Promise<void> {
  return installed ??= install();
}

async function install(): Promise<void> {
  const missing = kafkaMissing();
  if (missing !== null) throw new Error(missing);
  await JARS.install();
}

/** True when there is a {@link CLASS_ARCHIVE}. */
export function hasClassArchive(): boolean {
  return exists(CLASS_ARCHIVE);
}

/** `java`'s arguments that run one class of the jars. */
export function javaArgs(jvmArgs: readonly string[], className: string, args: readonly string[]): string[] {
  const archive = hasClassArchive() ? [`-XX:SharedArchiveFile=${CLASS_ARCHIVE}`] : [];
  return [
    ...SHORT_LIVED,
    ...archive,
    ...jvmArgs,
    `-Dlog4j2.configurationFile=${LOGGING}`,
    "-cp",
    `${JARS.path}/*`,
    className,
    ...args,
  ];
}

/**
 * Runs one of Kafka's console tools.
 *
 * @param className one of {@link Tool}
 * @param args its arguments, as in Kafka's documentation
 * @param stdin what it reads
 * @returns what it wrote to stdout
 * @throws Error with what it wrote to stderr when it failed or took over a minute
 */
export async function runTool(className: string, args: string[], stdin = ""): Promise<string> {
  await installJars();
  const child = new Deno.Command("java", {
    args: javaArgs([TOOL_HEAP], className, args),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(TOOL_MS),
  }).spawn();
  const output = child.output();
  await new Blob([stdin]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await output;
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${className} failed:\n${text}${new TextDecoder().decode(stderr)}`);
  return text;
}
