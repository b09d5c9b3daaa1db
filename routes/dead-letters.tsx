import { DeadLetterTable } from "../components/DeadLetterTable.tsx";
import { formatCount } from "../islands/live/format.ts";
import { MAX_DEAD_LETTERS } from "../web/api_schemas.ts";
import { handlers, type PageProps } from "../web/define.ts";
import type { DeadLetter } from "../web/services.ts";

export const title = "Dead letters";

interface DeadLettersProps {
  letters: DeadLetter[];
  /** How many are kept. */
  total: number;
}

export const handler = handlers<DeadLettersProps>({
  GET: async ({ services }) => {
    const [letters, { deadLetters }] = await Promise.all([
      services.deadLetters(MAX_DEAD_LETTERS),
      services.logHealth(),
    ]);
    // The count may be a second older than the letters.
    return { data: { letters, total: Math.max(letters.length, deadLetters) } };
  },
});

export default function DeadLettersPage({ data: { letters, total } }: PageProps<DeadLettersProps>) {
  return letters.length === 0 ? <Empty /> : (
    <>
      <h1>Dead letters</h1>
      <p class="lead">
        {total === 1 ? "One message" : `${formatCount(total)} messages`} could not be read and{" "}
        {total === 1 ? "was" : "were"} set aside; the others went on.
        {total > letters.length && ` These are the newest ${letters.length}.`}
      </p>
      <Advice topic={`${letters[0].topic}.dlq`} rawTopic={letters[0].topic} />
      <DeadLetterTable letters={letters} />
    </>
  );
}

function Empty() {
  return (
    <section class="message">
      <h1>No dead letters</h1>
      <p>That is good: every message in the log could be read.</p>
      <p>
        When another program writes a message to the log's Kafka topic that does not hold readings, it appears
        here with the reason and its place, instead of stopping the messages behind it or being lost. Readings
        posted over HTTP never come here: their sender is told at once what is wrong.
      </p>
      <p>
        <a class="button" href="/">Open the live page</a>
      </p>
    </section>
  );
}

/** Above the table, which may be long. */
function Advice({ topic, rawTopic }: { topic: string; rawTopic: string }) {
  return (
    <details class="more advice">
      <summary>What to do about them</summary>
      <ol>
        <li>
          Find the program that wrote them: the key is usually the phone's id, and the value's beginning shows
          what came instead of readings.
        </li>
        <li>
          Correct it. The shapes that are read are <code>SeedMessage</code> and{" "}
          <code>SensorLoggerMessage</code> in <a href="/api/openapi.json">the API's description</a>.
        </li>
        <li>
          Send the readings again, corrected, as POST to <code>/sensor-data</code> or to the topic{" "}
          <code>{rawTopic}</code>. The original bytes, whole, are in <code>{topic}</code>:
          <div class="copy">
            <code tabIndex={0}>
              {`kafka-console-consumer.sh --bootstrap-server BROKER:9092 --topic ${topic} \\\n` +
                `  --from-beginning --property print.key=true --property print.headers=true`}
            </code>
          </div>
        </li>
      </ol>
      <p class="hint">
        Sending one twice does no harm: its readings count once. Readings older than MAX_PAST_MS are refused.
        Letters leave this page when the topic's retention deletes them; nothing waits for that.
      </p>
    </details>
  );
}
