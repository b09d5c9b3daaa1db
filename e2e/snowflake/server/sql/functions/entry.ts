/**
 * What the functions are made of.
 *
 * @module
 */
import type { Call } from "../ast.ts";
import { type DataType, fixed, typeName } from "../data_types.ts";
import { invalidArguments } from "../errors.ts";
import { convert, type Typed } from "../typed.ts";

/** What functions say about the session. */
export interface FunctionContext {
  /** The session's TIMEZONE. */
  zone: string;
  /** When the statement began, ms since the epoch: CURRENT_TIMESTAMP is the same throughout. */
  nowMs: number;
  /** CURRENT_USER and its like, by function name. */
  session: Record<string, string | null>;
}

/** A call whose arguments are compiled. */
export interface Invocation {
  name: string;
  args: Typed[];
  call: Call;
  context: FunctionContext;
  /** ` OVER (…)`, or nothing. */
  over: string;
  /** ` ORDER BY …` of WITHIN GROUP, or nothing. */
  within: string;
}

export interface FunctionEntry {
  /** An aggregate may have OVER, a window function must. */
  kind: "scalar" | "aggregate" | "window";
  arguments: [min: number, max: number];
  /** @throws SqlError 001044 for arguments that the function does not take */
  make(invocation: Invocation): Typed;
}

export const scalar = (min: number, max: number, make: FunctionEntry["make"]): FunctionEntry => ({
  kind: "scalar",
  arguments: [min, max],
  make,
});

export const aggregate = (min: number, max: number, make: FunctionEntry["make"]): FunctionEntry => ({
  kind: "aggregate",
  arguments: [min, max],
  make,
});

/** @returns never: throws SqlError 001044 */
export const refuse = ({ name, args }: Invocation): never => {
  throw invalidArguments(name, args.map(({ type }) => typeName(type)));
};

export const isNumber = ({ type }: Typed): boolean => ["FIXED", "REAL", "NULL"].includes(type.kind);
export const isTime = ({ type }: Typed): boolean =>
  ["DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "NULL"].includes(type.kind);
export const isText = ({ type }: Typed): boolean => type.kind === "TEXT" || type.kind === "NULL";

/** Whether any of them may be NULL, which most functions make of it. */
export const nullable = (args: Typed[]): boolean => args.some((arg) => arg.nullable);

export const decimal = (sql: string, precision: number, scale: number): Typed => ({
  sql: `CAST(${sql} AS DECIMAL(${precision},${scale}))`,
  type: fixed(precision, scale),
  nullable: true,
});

/** Counts are NUMBER(18,0) in replies. */
export const count = (sql: string): Typed => ({ ...decimal(sql, 18, 0), nullable: false });

/** TO_… with nothing but the value. */
export const to = (type: DataType): FunctionEntry =>
  scalar(1, 1, ({ args, context }) => convert(args[0], type, context.zone));
