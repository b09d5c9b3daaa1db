import DeadLetters from "../../islands/DeadLetters.tsx";
import { formatCount } from "../../islands/live/format.ts";
import { handlers, type PageProps } from "../../web/define.ts";
import { MAX_DEAD_LETTERS } from "../../web/schemas/dead_letters.ts";
import type { DeadLetter } from "../../web/services.ts";

export const title = "Dead letters";
export const styles = ["/dead_letters.css"];

interface DeadLettersPageProps {
  letters: DeadLetter[];
  /** How many are kept. */
  total: number;
  /** Where the log is in Kafka: the topic that has the letters, and the one that readings are sent to; else null. */
  topics: { deadLetters: string; raw: string } | null;
  canEdit: boolean;
}

export const handler = handlers<DeadLettersPageProps>({
  GET: async ({ services, who }) => {
    const { settings: { kafka } } = services;
    const [letters, { deadLetters }] = await Promise.all([
      services.deadLetters(MAX_DEAD_LETTERS),
      services.logHealth(),
    ]);
    const raw = `${kafka?.topicPrefix}raw_sensor_data`;
    return {
      data: {
        letters,
        // The count may be a second older than the letters.
        total: Math.max(letters.length, deadLetters),
        canEdit: who?.role === "admin",
        topics: kafka && { deadLetters: `${raw}.dlq`, raw },
      },
    };
  },
});

export default function DeadLettersPage({ data }: PageProps<DeadLettersPageProps>) {
  const { letters, total, topics, canEdit } = data;
  return letters.length === 0 ? <Empty isKafka={topics !== null} /> : (
    <>
      <h1>Dead letters</h1>
      <p class="lead">
        {total === 1 ? "One record was" : `${formatCount(total)} records were`}{" "}
        set aside, with the reason; the others went on.
        {total > letters.length && ` These are the newest ${letters.length}.`}
      </p>
      <details class="panel advice">
        <summary>What to do about them</summary>
        {topics && <Unreadable {...topics} />}
        <Refused />
        <p class="hint">
          {topics
            ? "Letters leave this page when they are discarded, or when the topic's retention deletes them; nothing waits for that."
            : "Letters leave this page when they are discarded, or after RETENTION_MS, as the records do; nothing waits for that."}
        </p>
      </details>
      <DeadLetters initial={letters} isKafka={topics !== null} canEdit={canEdit} />
    </>
  );
}

function Empty({ isKafka }: { isKafka: boolean }) {
  return (
    <section class="message">
      <h1>No dead letters</h1>
      <p>
        That is good: {isKafka && "every message in the log could be read, and "}
        nothing was refused where records are sent on to.
      </p>
      {isKafka && (
        <p>
          When another program writes a message to the log's Kafka topic that does not hold readings, it
          appears here with the reason and its place, instead of stopping the messages behind it or being
          lost.
        </p>
      )}
      <p>
        A record that Snowflake refuses appears here with Snowflake's reason, and those behind it are loaded.
        Readings posted over HTTP that cannot be read never come here: their sender is told at once what is
        wrong.
      </p>
      <p>
        <a class="button" href="/">Open the live page</a>
      </p>
    </section>
  );
}

/** Above the table, which may be long. */
function Unreadable({ deadLetters, raw }: { deadLetters: string; raw: string }) {
  return (
    <>
      <h2>A message that could not be read</h2>
      <ol>
        <li>
          Find the program that wrote it: the key is usually the phone's id, and the value's beginning shows
          what came instead of readings.
        </li>
        <li>
          Correct it. The shapes that are read are <code>SeedMessage</code> and{" "}
          <code>SensorLoggerMessage</code> in <a href="/api/openapi.json">the API's description</a>.
        </li>
        <li>
          Send the readings again, corrected, as POST to <code>/sensor-data</code> or to the topic{" "}
          <code>{raw}</code>. Once this server reads what it could not, <b>Send in again</b>{" "}
          does it with the original bytes. They can be downloaded here, and are in <code>{deadLetters}</code>:
          <div class="copy">
            <code tabIndex={0}>
              {`kafka-console-consumer.sh --bootstrap-server BROKER:9092 --topic ${deadLetters} \\\n` +
                `  --from-beginning --property print.key=true --property print.headers=true`}
            </code>
          </div>
        </li>
      </ol>
      <p class="hint">
        Sending one twice does no harm: its readings count once. Readings older than MAX_PAST_MS are refused.
      </p>
    </>
  );
}

function Refused() {
  return (
    <>
      <h2>A record that Snowflake refused</h2>
      <p>
        Only its row in Snowflake is missing: the log has the record at the place shown, and the pages have
        its results. The reason is Snowflake's own and names the column or the limit.{" "}
        <code>deno task snowflake:check</code>{" "}
        compares the tables with what is expected. A refused record is not loaded again, also when the table
        is mended, since loading never goes back: download its value and insert it by hand, or leave the row
        out.
      </p>
    </>
  );
}
