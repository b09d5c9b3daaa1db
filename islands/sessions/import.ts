/**
 * Sends a recording to be imported, and says what became of it.
 *
 * @module
 */
import type { Imported } from "../../ingest/exports/importer.ts";
import type { SessionId } from "../../web/services.ts";

export interface ImportedFile {
  file: string;
  /** null: nothing was imported. */
  session: SessionId | null;
  /** What was imported, or why nothing was. */
  text: string;
}

/** @param deviceId whose session it becomes */
export async function importFile(file: File, deviceId: string): Promise<ImportedFile> {
  const refused = (text: string): ImportedFile => ({ file: file.name, session: null, text });
  try {
    const response = await fetch(`/api/sessions/import?${new URLSearchParams({ deviceId })}`, {
      method: "POST",
      headers: { "x-file-name": encodeURIComponent(file.name), accept: "application/json" },
      body: file,
    });
    const answer = await response.json();
    return response.ok
      ? { file: file.name, session: answer, text: describeImport(answer) }
      : refused(answer.detail);
  } catch (error) {
    console.warn(`${file.name} was not imported:`, error);
    return refused(
      "the server does not answer. Is it still running? Import the file again: nothing comes twice.",
    );
  }
}

/** In a sentence. */
export function describeImport({ accepted, rejected, duplicate, labels, errors }: Imported): string {
  const counted = (count: number, one: string) =>
    `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
  if (accepted === 0 && duplicate > 0) return `all ${counted(duplicate, "reading")} were here already`;
  const parts = [counted(accepted, "reading")];
  if (labels > 0) parts.push(counted(labels, "label"));
  if (duplicate > 0) parts.push(`${counted(duplicate, "reading")} were here already`);
  if (rejected > 0) parts.push(`${counted(rejected, "reading")} could not be used (${errors[0]})`);
  return parts.join(", ");
}
