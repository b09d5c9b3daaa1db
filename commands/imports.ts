/**
 * Imports as the API has them.
 *
 * @module
 */
import { Busy, Importer, type ImporterParts } from "../ingest/exports/importer.ts";
import { ExportError } from "../ingest/exports/sensor_logger.ts";
import { Unavailable } from "../log/unavailable.ts";
import { HttpProblem } from "../web/problem.ts";
import type { SessionImports } from "../web/services.ts";

/** An import takes seconds. */
const RETRY_AFTER_S = 10;

export function createImports(parts: ImporterParts): SessionImports {
  const importer = new Importer(parts);
  return {
    async import(file, to, by) {
      try {
        return await importer.import(file, to, by);
      } catch (error) {
        throw asProblem(error);
      }
    },
  };
}

function asProblem(error: unknown): unknown {
  if (error instanceof ExportError) return new HttpProblem(400, sentence(error.message));
  const headers = (seconds: number) => ({ headers: { "retry-after": String(seconds) } });
  if (error instanceof Busy) return new HttpProblem(503, sentence(error.message), headers(RETRY_AFTER_S));
  if (!(error instanceof Unavailable)) return error;
  return new HttpProblem(
    503,
    `${sentence(error.message)} A part may be stored: the same file again goes on from there.`,
    headers(error.retryAfterS),
  );
}

const sentence = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}.`;
