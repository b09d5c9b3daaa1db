/**
 * Which phones the Live page shows and in which order: what the person chose, as the page's URL has it.
 *
 * @module
 */
import { ACTIVITIES, type Activity } from "../../log/records.ts";
import { type Card, changedAtMs } from "./card.ts";

/** Orders to choose from, with their words. The first stands when nothing is chosen. */
export const SORTS = {
  trouble: "troubled first",
  changed: "last changed first",
  name: "by name",
  activity: "by activity",
} as const;
export type Sort = keyof typeof SORTS;

/** What counts as changed lately, ms. */
export const LATELY_MS = 60_000;
/** A name or an id. */
export const MAX_SEARCH_LENGTH = 128;

export interface View {
  /** In the name or the id; "" for all. */
  search: string;
  sort: Sort;
  /** null: any. */
  activity: Activity | null;
  /** Only phones whose activity has changed within LATELY_MS. */
  isLately: boolean;
}

export const EVERYTHING: View = { search: "", sort: "trouble", activity: null, isLately: false };

/**
 * The view of a URL. What it does not know is as if it were not there: a link that somebody has mistyped still shows phones.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatView, parseView } from "./view.ts";
 *
 * const view = parseView(new URLSearchParams("q=anna&sort=name"));
 * assert.equal(view.search, "anna");
 * assert.equal(formatView(view), "?q=anna&sort=name");
 * ```
 */
export function parseView(query: URLSearchParams): View {
  const sort = query.get("sort") ?? "";
  return {
    search: (query.get("q") ?? "").slice(0, MAX_SEARCH_LENGTH),
    sort: Object.hasOwn(SORTS, sort) ? sort as Sort : EVERYTHING.sort,
    activity: ACTIVITIES.find((activity) => activity === query.get("activity")) ?? null,
    isLately: query.get("changed") === "1",
  };
}

/** The query of a view's URL, with its question mark; "" for the standard view. */
export function formatView({ search, sort, activity, isLately }: View): string {
  const query = new URLSearchParams();
  if (search !== "") query.set("q", search);
  if (sort !== EVERYTHING.sort) query.set("sort", sort);
  if (activity !== null) query.set("activity", activity);
  if (isLately) query.set("changed", "1");
  return query.size === 0 ? "" : `?${query}`;
}

/** Whether some phones are left out. */
export const isFiltered = ({ search, activity, isLately }: View): boolean =>
  search !== "" || activity !== null || isLately;

const byName = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
/** Who moves most comes first; whose first window fills, last. */
const ACTIVITY_ORDER: (Activity | undefined)[] = ["running", "walking", "stationary", "unknown", undefined];

/**
 * The phones to show, in order. Within what the view asks for the order is steady, so that nothing jumps.
 *
 * @param isSilent Whether a live phone should have sent something by now
 */
export function arrangePhones(
  cards: readonly Card[],
  view: View,
  nowMs: number,
  isSilent: (card: Card) => boolean,
): Card[] {
  const matching = isFiltered(view) ? cards.filter((card) => matches(card, view, nowMs)) : [...cards];
  const compare = comparisons(isSilent)[view.sort];
  return matching.sort((a, b) =>
    compare(a, b) || b.shownAtMs - a.shownAtMs || (a.deviceId < b.deviceId ? -1 : 1)
  );
}

function matches(card: Card, { search, activity, isLately }: View, nowMs: number): boolean {
  if (isLately && nowMs - changedAtMs(card) > LATELY_MS) return false;
  if (activity !== null && (card.ended || card.current?.activity !== activity)) return false;
  const wanted = search.trim().toLowerCase();
  return card.name.toLowerCase().includes(wanted) || card.deviceId.toLowerCase().includes(wanted);
}

function comparisons(isSilent: (card: Card) => boolean): Record<Sort, (a: Card, b: Card) => number> {
  const rank = (card: Card) => card.ended ? 2 : isSilent(card) ? 0 : 1;
  const activityRank = ({ current }: Card) => ACTIVITY_ORDER.indexOf(current?.activity);
  return {
    trouble: (a, b) => rank(a) - rank(b),
    changed: (a, b) => Number(a.ended) - Number(b.ended) || changedAtMs(b) - changedAtMs(a),
    name: (a, b) => byName.compare(a.name, b.name),
    activity: (a, b) =>
      Number(a.ended) - Number(b.ended) || activityRank(a) - activityRank(b) ||
      byName.compare(a.name, b.name),
  };
}

/** Keeps those that were shown where they are; newcomers follow, in their own order. */
export function keepOrder(shown: readonly string[], next: readonly string[]): string[] {
  const wanted = new Set(next), before = new Set(shown);
  return [...shown.filter((id) => wanted.has(id)), ...next.filter((id) => !before.has(id))];
}
