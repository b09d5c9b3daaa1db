/**
 * The syntax tree of expressions, queries and changes of data.
 *
 * @module
 */
import type { DataType } from "./data_types.ts";

export interface OrderItem {
  expression: Expression;
  descending: boolean;
  nullsFirst: boolean | null;
}

export interface WindowSpec {
  partitionBy: Expression[];
  orderBy: OrderItem[];
  /** As written, for example ROWS BETWEEN 2 PRECEDING AND CURRENT ROW. */
  frame: string | null;
}

export interface Call {
  kind: "call";
  name: string;
  args: Expression[];
  named: Map<string, Expression>;
  distinct: boolean;
  /** COUNT(*). */
  star: boolean;
  withinGroup: OrderItem[];
  over: WindowSpec | null;
  ignoreNulls: boolean;
}

export type Expression =
  | { kind: "string" | "number"; value: string }
  | { kind: "boolean"; value: boolean }
  | { kind: "null" }
  | { kind: "bind"; index: number }
  | { kind: "column"; path: string[] }
  | Call
  | { kind: "cast"; operand: Expression; type: DataType; lenient: boolean }
  | { kind: "path"; operand: Expression; steps: (string | Expression)[] }
  | { kind: "not" | "minus"; operand: Expression }
  | { kind: "binary"; operator: string; left: Expression; right: Expression }
  | { kind: "between"; operand: Expression; low: Expression; high: Expression; negated: boolean }
  | { kind: "in"; operand: Expression; list: Expression[] | Query; negated: boolean }
  | { kind: "like"; operand: Expression; pattern: Expression; insensitive: boolean; negated: boolean }
  | { kind: "isNull"; operand: Expression; negated: boolean }
  | {
    kind: "case";
    operand: Expression | null;
    whens: [Expression, Expression][];
    otherwise: Expression | null;
  }
  | { kind: "interval"; value: string }
  | { kind: "exists"; query: Query }
  | { kind: "scalar"; query: Query };

export interface SelectItem {
  /** null: `*` or `qualifier.*`. */
  expression: Expression | null;
  qualifier: string | null;
  alias: string | null;
  /** As written: the column's name where there is no alias. */
  written: string;
}

export interface Select {
  kind: "select";
  distinct: boolean;
  items: SelectItem[];
  from: Source | null;
  where: Expression | null;
  groupBy: Expression[] | "all";
  having: Expression | null;
  qualify: Expression | null;
}

export interface Values {
  kind: "values";
  rows: { expression: Expression; written: string }[][];
}

export interface SetOperation {
  kind: "set";
  operator: "UNION ALL" | "UNION" | "EXCEPT" | "INTERSECT";
  left: Query;
  right: Query;
}

export interface Query {
  with: { name: string; columns: string[]; query: Query }[];
  body: Select | Values | SetOperation;
  orderBy: OrderItem[];
  limit: Expression | null;
  offset: Expression | null;
}

export type Source =
  | { kind: "table"; name: string[]; alias: string | null }
  | { kind: "subquery"; query: Query; alias: string | null; columns: string[] }
  | { kind: "flatten"; call: Call; alias: string | null }
  | {
    kind: "join";
    type: "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS";
    left: Source;
    right: Source;
    on: Expression | null;
    using: string[];
  };

export type Assignments = { column: string; value: Expression }[];

export interface MergeClause {
  matched: boolean;
  condition: Expression | null;
  action:
    | { kind: "update"; set: Assignments }
    | { kind: "delete" }
    | { kind: "insert"; columns: string[]; values: Expression[] };
}

export type DataStatement =
  | { kind: "select"; query: Query }
  | { kind: "insert"; target: string[]; columns: string[]; query: Query; overwrite: boolean }
  | {
    kind: "update";
    target: string[];
    alias: string | null;
    set: Assignments;
    from: Source | null;
    where: Expression | null;
  }
  | { kind: "delete"; target: string[]; alias: string | null; using: Source | null; where: Expression | null }
  | {
    kind: "merge";
    target: string[];
    alias: string | null;
    source: Source;
    on: Expression;
    clauses: MergeClause[];
  };
