/**
 * What others make of our SQL: fakesnow runs it and sqlglot parses it as Snowflake's, so that our own server is not its only judge.
 * Both are Python, in a virtual environment that is made at the first use.
 *
 * @module
 */
import { testUnlessMissing } from "../unless_missing.ts";
import { fileURLToPath } from "node:url";

/** fakesnow's own bound. */
const PYTHON_MINOR = 10;
const INSTALL = "apt-get install --yes python3 python3-venv";
/** fakesnow needs a second to start and milliseconds a statement: whatever takes this long hangs, ms. */
const RUN_MS = 120_000;

const SCRIPT = fileURLToPath(new URL("second_opinion.py", import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const VENV = fileURLToPath(new URL("venv", import.meta.url));
/** The requirements.txt that was installed: written last, so its presence means that the environment is complete. */
const INSTALLED = `${VENV}/requirements.txt`;

/** A statement and the values for its `?`. */
export interface Step {
  sql: string;
  binds?: (string | number)[];
}

export type Outcome = { columns: string[]; rows: unknown[][] } | { error: string };

/**
 * Runs statements on fakesnow, in one session on an empty account in memory.
 *
 * @returns what each gave back, in order; one that fails does not stop the others
 * @throws Error when Python is missing or fails
 */
export async function runOnFakesnow(steps: Step[]): Promise<Outcome[]> {
  return await ask({ run: steps }) as Outcome[];
}

/**
 * Parses statements by sqlglot's Snowflake dialect.
 *
 * @returns for each null, or what is wrong with it or that it was not understood
 * @throws Error when Python is missing or fails
 */
export async function parseWithSqlglot(statements: string[]): Promise<(string | null)[]> {
  return await ask({ parse: statements }) as (string | null)[];
}

async function ask(request: { run: Step[] } | { parse: string[] }): Promise<unknown> {
  await install();
  // Isolated: no environment variable or folder of the user's has a say in what is imported.
  return JSON.parse(await python(`${VENV}/bin/python`, ["-I", SCRIPT], RUN_MS, JSON.stringify(request)));
}

/** A sentence that says what is lacking on this machine and how to install it; null when nothing is. */
export function pythonMissing(): string | null {
  const probe = "import sys, venv, ensurepip; print(sys.version_info.minor)";
  try {
    const { success, stdout } = new Deno.Command("python3", { args: ["-c", probe] }).outputSync();
    if (!success) return `A second opinion needs Python's venv, which is not installed: ${INSTALL}`;
    const minor = Number(new TextDecoder().decode(stdout));
    if (minor >= PYTHON_MINOR) return null;
    return `A second opinion needs Python 3.${PYTHON_MINOR}, and python3 is 3.${minor}: ${INSTALL}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `A second opinion needs Python 3, which is not installed: ${INSTALL}`;
  }
}

/**
 * Registers a test that asks for a second opinion. Without Python it is skipped with a printed reason; under CI it fails instead,
 * since a skipped test there protects nobody.
 */
export function secondOpinionTest(name: string, fn: () => Promise<void>): void {
  testUnlessMissing("Snowflake", name, fn, pythonMissing());
}

/** fakesnow has one user who may do everything, and no warehouses. */
export const NOT_ON_FAKESNOW = /^(CREATE (ROLE|USER|WAREHOUSE)|ALTER USER|GRANT) /;

let installed: Promise<void> | null = null;

/** Makes the environment, once; other processes that want it wait. */
function install(): Promise<void> {
  return installed ??= makeVenv();
}

async function makeVenv(): Promise<void> {
  const missing = pythonMissing();
  if (missing !== null) throw new Error(missing);
  if (isInstalled()) return;
  await Deno.mkdir(VENV, { recursive: true });
  using lock = await Deno.open(`${VENV}/.lock`, { write: true, create: true });
  await lock.lock(true);
  if (isInstalled()) return;
  console.error("Fetching fakesnow by pip, once (350 MB)...");
  // --clear would take the lock's file with it.
  for await (const { name } of Deno.readDir(VENV)) {
    if (name !== ".lock") await Deno.remove(`${VENV}/${name}`, { recursive: true });
  }
  await python("python3", ["-m", "venv", VENV]);
  const pip = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:"];
  await python(`${VENV}/bin/python`, [...pip, `--requirement=${REQUIREMENTS}`]);
  await Deno.copyFile(REQUIREMENTS, INSTALLED);
}

/** True while the environment is that of requirements.txt. */
function isInstalled(): boolean {
  try {
    return Deno.readTextFileSync(INSTALLED) === Deno.readTextFileSync(REQUIREMENTS);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** @returns what it wrote to stdout @throws Error with what it wrote to stderr when it failed */
async function python(program: string, args: string[], withinMs?: number, stdin = ""): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: withinMs === undefined ? undefined : AbortSignal.timeout(withinMs),
  }).spawn();
  const output = child.output();
  await new Blob([stdin]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await output;
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${program} ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
}
