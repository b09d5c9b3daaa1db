import { handlers, type RouteModule } from "../../../web/define.ts";
import { HttpProblem } from "../../../web/problem.ts";
import { importQuery, MAX_FILE_BYTES } from "../../../web/schemas/imports.ts";
import { parseQuery } from "../../../web/validate.ts";

/** What a form adds to the file in it. */
const FORM_BYTES = 64 * 1024;
const FILE_NAME = "x-file-name";

export const methodHint =
  "POST a file that Sensor Logger exported (zip, CSV or JSON): curl --data-binary @FILE -H 'X-File-Name: FILE' '…?deviceId=ID'.";

/** `POST /api/sessions/import`: a recording made elsewhere becomes a session, with the labels that are in it. */
export const handler: RouteModule["handler"] = handlers({
  async POST({ req, url, services, who }) {
    const { deviceId, name } = parseQuery(importQuery, url);
    const length = req.headers.get("content-length");
    if (length === null) {
      throw new HttpProblem(411, "The request has no Content-Length: expected a file sent whole.");
    }
    if (!(Number(length) <= MAX_FILE_BYTES + FORM_BYTES)) {
      throw new HttpProblem(413, `The file has ${length} bytes: expected at most ${MAX_FILE_BYTES}.`);
    }
    const file = await fileOf(req);
    const imported = await services.imports.import(
      file,
      { deviceId, name: name ?? withoutEnding(file.name) },
      who!.name,
    );
    return Response.json(imported, { status: 201 });
  },
});

async function fileOf(req: Request): Promise<{ name: string; bytes: Uint8Array }> {
  if (!req.headers.get("content-type")?.startsWith("multipart/form-data")) {
    return { name: nameIn(req.headers.get(FILE_NAME) ?? ""), bytes: await req.bytes() };
  }
  let file: FormDataEntryValue | null;
  try {
    file = (await req.formData()).get("file");
  } catch (error) {
    throw new HttpProblem(400, `The form cannot be read (${(error as Error).message}).`);
  }
  if (!(file instanceof File)) {
    throw new HttpProblem(400, "The form has no file: expected one in its field file.", {
      errors: [{ pointer: "/file", detail: "expected a file" }],
    });
  }
  return { name: file.name, bytes: await file.bytes() };
}

/** A header holds Latin letters only, so other names come percent-encoded. */
function nameIn(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

const MAX_NAME_LENGTH = 100;

function withoutEnding(file: string): string | null {
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.[a-z]{1,5}$/i, "").trim();
  return name.slice(0, MAX_NAME_LENGTH) || null;
}
