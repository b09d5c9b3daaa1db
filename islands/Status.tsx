import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { StatusList } from "../components/StatusList.tsx";
import type { SystemStatus } from "../web/status.ts";
import { poll } from "./poll.ts";

/** As often as the figures behind it are worth asking for, ms. */
const POLL_MS = 5000;

export interface StatusProps {
  initial: SystemStatus;
}

/** How every moving part is doing. */
export default function Status({ initial }: StatusProps) {
  const status = useSignal(initial);
  const isLost = useSignal(false);
  const news = useSignal("");

  useEffect(() => {
    const onAnswer = (answer: SystemStatus | null) => {
      isLost.value = answer === null;
      if (answer === null) return;
      news.value = tellNews(status.value, answer) ?? news.value;
      status.value = answer;
    };
    return poll("/api/status", POLL_MS, onAnswer, POLL_MS);
  }, []);

  return (
    <>
      <StatusList status={status.value} isLost={isLost.value} />
      <p class="sr-only" role="status">{news.value}</p>
    </>
  );
}

/** What a screen reader is told: parts that went wrong or are well again. */
function tellNews(before: SystemStatus, now: SystemStatus): string | null {
  const changed = now.parts.filter(({ id, state }) => {
    const old = before.parts.find((part) => part.id === id)?.state;
    return (state === "wrong") !== (old === "wrong");
  });
  return changed.length === 0 ? null : changed.map(({ text }) => text).join(" ");
}
