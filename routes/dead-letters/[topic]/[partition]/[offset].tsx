import { escapeControls } from "../../../../components/DeadLetterTable.tsx";
import { Time } from "../../../../components/Time.tsx";
import LetterActions from "../../../../islands/LetterActions.tsx";
import { formatBytes } from "../../../../islands/live/format.ts";
import { handlers, type PageProps } from "../../../../web/define.ts";
import { HttpProblem } from "../../../../web/problem.ts";
import { letterPlace } from "../../../../web/schemas/dead_letters.ts";
import type { DeadLetter } from "../../../../web/services.ts";

export const title = "Dead letter";
export const styles = ["/dead_letters.css"];

/** More than this of a value is not shown: a page of it stays readable, and the rest can be downloaded. */
const SHOWN_BYTES = 64 * 1024;

interface LetterProps {
  letter: DeadLetter;
  /** As text, what has no shape in it made visible. */
  value: string;
  /** Bytes that are kept. */
  keptBytes: number;
  isKafka: boolean;
  canEdit: boolean;
}

export const handler = handlers<LetterProps>({
  GET: async ({ services, params, who }) => {
    const place = letterPlace.safeParse(params);
    const found = place.success ? await services.deadLetterDesk.find(place.data) : null;
    if (found === null) {
      throw new HttpProblem(
        404,
        "There is no such dead letter: it may have been discarded. Those that are kept are at /dead-letters.",
      );
    }
    const { value, isWhole: _, ...letter } = found;
    const shown = value.subarray(0, SHOWN_BYTES);
    return {
      data: {
        letter,
        value: escapeControls(new TextDecoder().decode(shown, { stream: value.length > SHOWN_BYTES })),
        keptBytes: value.length,
        isKafka: services.settings.kafka !== null,
        canEdit: who?.role === "admin",
      },
    };
  },
});

export default function LetterPage({ data }: PageProps<LetterProps>) {
  const { letter, value, keptBytes, isKafka, canEdit } = data;
  const { topic, partition, offset, reason, key, bytes, atMs, isRefused } = letter;
  const path = `/api/dead-letters/${encodeURIComponent(topic)}/${partition}/${offset}`;
  return (
    <>
      <div class="bar">
        <h1>Dead letter</h1>
        <p class="actions">
          <a class="button quiet" href="/dead-letters">All dead letters</a>
        </p>
      </div>
      <section class="panel letter">
        <h2>{escapeControls(reason)}</h2>
        <dl>
          <div>
            <dt>from</dt>
            <dd>{`${topic}, partition ${partition}, offset ${offset}`}</dd>
          </div>
          <div>
            <dt>set aside</dt>
            <dd>
              <Time ms={atMs} />
            </dd>
          </div>
          <div>
            <dt>key</dt>
            <dd>{key === null ? "none" : escapeControls(key)}</dd>
          </div>
          <div>
            <dt>size</dt>
            <dd>{formatBytes(bytes)}</dd>
          </div>
        </dl>
        <p>
          {isRefused
            ? "Snowflake refused it. The log has the record and its results; only its row in Snowflake is missing, and loading does not go back: download the value, insert it there by hand, and discard the letter."
            : "It could not be read. Sent in again it is judged like a message that a phone posts now: that helps once the program reads what it could not, or a limit was raised. Otherwise download it, correct it, and post it to /sensor-data."}
        </p>
        <LetterActions
          letter={{ reason, topic, partition, offset, isRefused }}
          path={path}
          isKafka={isKafka}
          canEdit={canEdit}
        />
      </section>
      <section class="panel letter">
        <div class="bar">
          <h2>Value</h2>
          <p class="actions">
            <a class="button" href={`${path}/value`} download>Download</a>
          </p>
        </div>
        <p class="hint">{keptWords(bytes, keptBytes)}</p>
        {keptBytes > 0 && (
          <div class="copy">
            <code tabIndex={0} aria-label="The value">{value}</code>
          </div>
        )}
      </section>
    </>
  );
}

function keptWords(bytes: number, keptBytes: number): string {
  if (bytes === 0) return "It is empty.";
  if (keptBytes === 0) return "The log keeps it no more.";
  const kept = keptBytes < bytes
    ? `Of ${formatBytes(bytes)} the first ${formatBytes(keptBytes)} are kept`
    : "It is kept whole";
  return keptBytes > SHOWN_BYTES ? `${kept}; the first ${formatBytes(SHOWN_BYTES)} are shown.` : `${kept}.`;
}
