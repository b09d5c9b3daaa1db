/**
 * What a check found.
 *
 * @module
 */

export interface Finding {
  /** What was looked at, for example a table's name. */
  what: string;
  /** With a warning, loading works all the same. */
  state: "ok" | "warning" | "wrong";
  /** What was found; and where it is not as it should be, what was expected or which setting to change. */
  detail: string;
  /** SQL that mends it, in order, by someone who may; empty where none would. */
  mend: string[];
}

export const ok = (what: string, detail: string): Finding => ({ what, state: "ok", detail, mend: [] });

export const warning = (what: string, detail: string, mend: string[] = []): Finding => ({
  what,
  state: "warning",
  detail,
  mend,
});

export const wrong = (what: string, detail: string, mend: string[] = []): Finding => ({
  what,
  state: "wrong",
  detail,
  mend,
});
