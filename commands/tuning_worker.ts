/**
 * The Worker that tries thresholds on recorded sessions: a search is seconds of work, which the threads that answer phones do not
 * have. One job at a time; it may be ended at any moment.
 *
 * @module
 */
import { suggestionOf } from "../stream/suggest.ts";
import { histogramOf, previewOf } from "../stream/tuning.ts";
import type { Answer, FromTuning, Job } from "./tuning_protocol.ts";

const scope = self as unknown as {
  postMessage(message: FromTuning): void;
  onmessage: ((event: MessageEvent<Job>) => void) | null;
};

function answerTo(job: Job): Answer {
  switch (job.kind) {
    case "histogram":
      return histogramOf(job.recordings);
    case "preview":
      return previewOf(job.recordings, job.inForce, job.values);
    case "suggest":
      return suggestionOf(job.recordings, job.inForce, job.values);
  }
}

scope.onmessage = ({ data }) => {
  try {
    scope.postMessage({ answer: answerTo(data) });
  } catch (error) {
    scope.postMessage({ failure: (error as Error).stack ?? String(error) });
  }
};
