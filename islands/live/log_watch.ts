/**
 * What the Live page tells of the log: nothing while all is well.
 *
 * @module
 */
import type { LogHealth } from "../../web/services.ts";
import { poll } from "../poll.ts";
import { formatCount } from "./format.ts";

/**
 * The log is asked this often, ms. It is also how long a batch may wait without a word: a few seconds pass while batches are
 * grouped, committed and counted, and how many come in meanwhile depends on the number of phones. So a number of batches says
 * nothing, but one that was there at the poll before and still waits does.
 */
const POLL_MS = 5000;
/** Polls without such a batch until the notice goes: at the edge it would come and go. */
const CALM_POLLS = 2;

/** What there is to tell. */
export interface LogNotice {
  /** The partitions when batches wait for longer than is normal, else null. */
  behind: LogHealth["partitions"] | null;
  trouble: string | null;
  lostRecords: number;
  deadLetters: number;
}

/** Compares the log's health with that of the poll before. */
export class LogWatch {
  /** Where each partition ended at the poll before. */
  #ends = new Map<number, number>();
  #isBehind = false;
  #calmPolls = 0;
  #told: LogNotice | null = null;

  /**
   * Takes what the log answered, every few seconds.
   *
   * @returns What to show (null: nothing), and what a screen reader is told: each thing once, not each figure
   */
  update(health: LogHealth): { notice: LogNotice | null; news: string | null } {
    this.#judge(health);
    const { partitions, trouble, lostRecords, deadLetters } = health;
    const behind = this.#isBehind ? partitions : null;
    const isQuiet = !behind && trouble === null && lostRecords === 0 && deadLetters === 0;
    const notice = isQuiet ? null : { behind, trouble, lostRecords, deadLetters };
    const news = findNews(this.#told, notice);
    this.#told = notice;
    return { notice, news };
  }

  #judge({ partitions }: LogHealth): void {
    const isLate = partitions.some(({ partition, end, lagRecords }) =>
      lagRecords > 0 && end - lagRecords < (this.#ends.get(partition) ?? 0)
    );
    this.#calmPolls = isLate ? 0 : this.#calmPolls + 1;
    if (isLate) this.#isBehind = true;
    else if (this.#calmPolls >= CALM_POLLS || totalLag(partitions) === 0) this.#isBehind = false;
    this.#ends = new Map(partitions.map(({ partition, end }) => [partition, end]));
  }
}

/** Batches that wait, over all partitions. */
export function totalLag(partitions: LogHealth["partitions"]): number {
  return partitions.reduce((sum, { lagRecords }) => sum + lagRecords, 0);
}

export const waitingWords = (batches: number): string => `${batchesOf(batches)} waiting to be classified`;
export const lostWords = (batches: number): string =>
  `${batchesOf(batches)} deleted by retention before being classified`;
export const deadLetterWords = (records: number): string =>
  `${formatCount(records)} ${records === 1 ? "record" : "records"} set aside`;

function batchesOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "batch" : "batches"} of readings`;
}

function findNews(before: LogNotice | null, now: LogNotice | null): string | null {
  const news: string[] = [];
  if (now) {
    const { behind, trouble, lostRecords, deadLetters } = now;
    if (trouble !== null && !before?.trouble) news.push(trouble);
    if (behind && !before?.behind) news.push(waitingWords(totalLag(behind)));
    if (lostRecords > 0 && !before?.lostRecords) news.push(lostWords(lostRecords));
    if (deadLetters > 0 && !before?.deadLetters) news.push(deadLetterWords(deadLetters));
  }
  const wasSlow = before !== null && (before.behind !== null || before.trouble !== null);
  const isSlow = now !== null && (now.behind !== null || now.trouble !== null);
  if (wasSlow && !isSlow) news.push("Readings are classified in time again");
  return news.length > 0 ? news.join(". ") : null;
}

/**
 * Asks for the log's health until stopped, while the page is visible.
 *
 * @returns Stops it
 */
export function followLog(onHealth: (health: LogHealth) => void): () => void {
  // That the server does not answer, the lost connection tells the person.
  return poll<LogHealth>("/api/log", POLL_MS, (health) => {
    if (health) onHealth(health);
  });
}
