/**
 * Builds the islands with esbuild, into memory or into `static/build/`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Metafile, type OutputFile } from "esbuild";
import {
  type Assets,
  BUILD_PREFIX,
  type Manifest,
  MANIFEST_FILE,
  readStatic,
  STATIC,
  toStaticFile,
} from "./assets.ts";
import { listIslands } from "./islands.ts";
import { shakeCharts } from "./shake_charts.ts";

const ROOT = new URL("../", import.meta.url);
const BOOT = "web/boot.ts";

/** One built file; `path` is its URL path. */
interface BuiltFile {
  path: string;
  body: Uint8Array<ArrayBuffer>;
}

/** Builds the islands and returns them with the files of `static/`: for tests and development. */
export async function buildAssets(): Promise<Assets> {
  const { files, manifest } = await bundle();
  const all = await readStatic(STATIC);
  for (const path of all.keys()) if (path.startsWith(BUILD_PREFIX)) all.delete(path);
  for (const { path, body } of files) all.set(path, await toStaticFile(path, body));
  return { files: all, manifest };
}

/**
 * Builds the islands into `static/build/`, replacing what was there.
 *
 * @returns The files written, with their sizes
 */
export async function writeAssets(): Promise<{ path: string; bytes: number }[]> {
  const { files, manifest } = await bundle();
  const dir = new URL(`.${BUILD_PREFIX}`, STATIC);
  await Deno.remove(dir, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(dir, { recursive: true });
  for (const { path, body } of files) await Deno.writeFile(new URL(`.${path}`, STATIC), body);
  await Deno.writeTextFile(new URL(MANIFEST_FILE, dir), JSON.stringify(manifest, null, 2));
  return files.map(({ path, body }) => ({ path, bytes: body.length }));
}

async function bundle(): Promise<{ files: BuiltFile[]; manifest: Manifest }> {
  const esbuild = await import("esbuild");
  const names = await listIslands();
  try {
    const { outputFiles, metafile } = await esbuild.build({
      absWorkingDir: fileURLToPath(ROOT),
      entryPoints: [BOOT, ...names.map((name) => `islands/${name}.tsx`)],
      bundle: true,
      splitting: true,
      minify: true,
      format: "esm",
      target: "es2022",
      jsx: "automatic",
      jsxImportSource: "preact",
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      outdir: `static${BUILD_PREFIX}`,
      legalComments: "none",
      plugins: [shakeCharts],
      metafile: true,
      write: false,
      logLevel: "warning",
    });
    return { files: outputFiles.map(toBuiltFile), manifest: toManifest(metafile, names) };
  } finally {
    await esbuild.stop(); // its service process would keep ours alive
  }
}

function toBuiltFile({ path, contents }: OutputFile): BuiltFile {
  return {
    path: BUILD_PREFIX + path.replaceAll("\\", "/").split("/").at(-1),
    body: new Uint8Array(contents),
  };
}

function toManifest({ outputs }: Metafile, names: string[]): Manifest {
  const toUrl = (output: string) => "/" + output.replace(/^static\//, "");
  const urlOf = (entry: string) => {
    const output = Object.keys(outputs).find((path) => outputs[path].entryPoint === entry);
    if (!output) throw new Error(`Cannot find ${entry} in what esbuild made`);
    return toUrl(output);
  };
  const imports: Manifest["imports"] = {};
  for (const output of Object.keys(outputs)) {
    const seen = new Set<string>();
    const visit = (path: string) => {
      for (const { path: imported, kind } of outputs[path].imports) {
        if (kind === "import-statement" && !seen.has(imported)) {
          seen.add(imported);
          visit(imported);
        }
      }
    };
    visit(output);
    imports[toUrl(output)] = [...seen].map(toUrl);
  }
  return {
    boot: urlOf(BOOT),
    islands: Object.fromEntries(names.map((name) => [name, urlOf(`islands/${name}.tsx`)])),
    imports,
  };
}
