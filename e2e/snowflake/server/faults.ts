/**
 * What goes wrong on demand.
 *
 * @module
 */
import { seededU32 } from "../../../commands/random.ts";
import { FAULT_DELAY_MS, type FaultKind, type FaultRule, type RandomFaults } from "../control.ts";

export interface Fault {
  kind: FaultKind;
  delayMs: number;
}

/** Whatever is no login. */
const STATEMENTS = "^(?!LOGIN )";

export class Faults {
  /** How often each has struck. */
  readonly struck: Partial<Record<FaultKind, number>> = {};
  #rules: { kind: FaultKind; match: RegExp; delayMs: number; left: number }[] = [];
  #random: { next: () => number; rate: number; kinds: FaultKind[]; delayMs?: number } | null = null;

  add({ kind, match = STATEMENTS, times = 1, delayMs = FAULT_DELAY_MS[kind] }: FaultRule): void {
    this.#rules.push({ kind, match: new RegExp(match, "i"), delayMs, left: times });
  }

  randomize({ seed, ...rest }: RandomFaults): void {
    const nextU32 = seededU32(seed);
    this.#random = { ...rest, next: () => nextU32() / 2 ** 32 };
  }

  clear(): void {
    this.#rules = [];
    this.#random = null;
  }

  /** @returns what strikes this request; rules come before chance */
  take(text: string): Fault | null {
    const fault = this.#byRule(text) ?? this.#byChance(text);
    if (fault) this.struck[fault.kind] = (this.struck[fault.kind] ?? 0) + 1;
    return fault;
  }

  #byRule(text: string): Fault | null {
    const rule = this.#rules.find(({ kind, match }) => match.test(text) && canStrike(kind, text));
    if (!rule) return null;
    if (--rule.left === 0) this.#rules.splice(this.#rules.indexOf(rule), 1);
    return { kind: rule.kind, delayMs: rule.delayMs };
  }

  #byChance(text: string): Fault | null {
    const random = this.#random;
    // Statements only: whoever cannot log in only waits.
    if (!random || isLogin(text) || random.next() >= random.rate) return null;
    const kind = random.kinds[Math.floor(random.next() * random.kinds.length)];
    return canStrike(kind, text) ? { kind, delayMs: random.delayMs ?? FAULT_DELAY_MS[kind] } : null;
  }
}

/** What a login is called where faults match statements. */
export const loginText = (user: string): string => `LOGIN ${user}`;
const isLogin = (text: string): boolean => text.startsWith("LOGIN ");

const FOR_LOGINS: FaultKind[] = ["unavailable", "hang", "drop", "slow"];

function canStrike(kind: FaultKind, text: string): boolean {
  if (isLogin(text)) return FOR_LOGINS.includes(kind);
  return kind !== "zombieCommit" || /^\s*COMMIT\b/i.test(text);
}
