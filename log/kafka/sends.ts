/**
 * Divides what a transaction writes into sends that kafkajs can be trusted with.
 *
 * @module
 */
import type { Message, TopicMessages } from "kafkajs";
import { DEAD_LETTER_EXTRA_BYTES } from "./dead_letters.ts";

/** Records of one send: the broker takes a batch of up to a megabyte unless told otherwise, bytes. */
const SEND_BYTES = 800_000;

/**
 * Of a send to several brokers, kafkajs leaves out, when it tries again, what has moved meanwhile to a broker that has answered, and
 * reports it as done: results would be committed without their position. So each send is of one partition.
 *
 * @param all each message names its partition; within one the order is kept
 */
export function* inSends(all: readonly TopicMessages[]): Generator<TopicMessages> {
  const byPartition = new Map<string, TopicMessages>();
  for (const { topic, messages } of all) {
    for (const message of messages) {
      const key = `${topic}/${message.partition}`;
      const own = byPartition.get(key) ?? { topic, messages: [] };
      own.messages.push(message);
      byPartition.set(key, own);
    }
  }
  for (const { topic, messages } of byPartition.values()) {
    let part: Message[] = [];
    let bytes = 0;
    for (const message of messages) {
      const size = sizeOf(message);
      if (part.length > 0 && bytes + size > SEND_BYTES) {
        yield { topic, messages: part };
        part = [];
        bytes = 0;
      }
      part.push(message);
      bytes += size;
    }
    yield { topic, messages: part };
  }
}

/** About what a record takes, bytes. */
function sizeOf({ key, value, headers }: Message): number {
  const extra = headers ? DEAD_LETTER_EXTRA_BYTES : 64;
  return extra + (key?.length ?? 0) + (value?.length ?? 0);
}
