/**
 * Folders of jars that Maven fills.
 *
 * @module
 */

/** What a folder holds. */
export interface JarsOptions {
  /** Names the jars and their versions; they are copied again when it changes. */
  pomPath: string;
  /** The folder. */
  path: string;
  /** What is said while they come, for example "Apache Kafka by Maven, once (54 MB)". */
  what: string;
}

/** One folder of jars. */
export class Jars {
  readonly #options: JarsOptions;

  constructor(options: JarsOptions) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  /** The pom.xml that the jars were copied by: written last, so its presence means they are complete. */
  get #copiedPom(): string {
    return `${this.path}/pom.xml`;
  }

  /** True while the jars are those of the pom.xml. */
  isCopied(): boolean {
    return exists(this.#copiedPom) &&
      Deno.readTextFileSync(this.#copiedPom) === Deno.readTextFileSync(this.#options.pomPath);
  }

  /**
   * Copies them unless they are there; other processes that want them wait.
   *
   * @throws Error when Maven fails
   */
  async install(): Promise<void> {
    if (this.isCopied()) return;
    const { pomPath, path, what } = this.#options;
    await Deno.mkdir(path, { recursive: true });
    using lock = await Deno.open(`${path}/.lock`, { write: true, create: true });
    await lock.lock(true);
    if (this.isCopied()) return;
    for await (const { name } of Deno.readDir(path)) {
      if (name !== ".lock") await Deno.remove(`${path}/${name}`, { recursive: true });
    }
    console.error(`Fetching ${what}...`);
    const { success, stdout } = await new Deno.Command("mvn", {
      args: [
        "--batch-mode",
        "--quiet",
        "--strict-checksums",
        `--file=${pomPath}`,
        "dependency:copy-dependencies",
        `-DoutputDirectory=${path}`,
      ],
      stderr: "inherit",
    }).output();
    if (!success) {
      throw new Error(`Maven could not fetch the jars of ${pomPath}:\n${new TextDecoder().decode(stdout)}`);
    }
    await Deno.copyFile(pomPath, this.#copiedPom);
  }
}

/** Whether there is such a file. */
export function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
