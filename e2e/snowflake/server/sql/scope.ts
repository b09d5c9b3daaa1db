/**
 * Which names an expression can use.
 *
 * @module
 */
import type { Expression } from "./ast.ts";
import type { DataType } from "./data_types.ts";
import { ambiguousColumn, invalidIdentifier } from "./errors.ts";
import type { FunctionContext } from "./functions/entry.ts";
import type { SqlBind } from "./types.ts";

export interface RelationColumn {
  name: string;
  type: DataType;
  nullable: boolean;
  /** Name in DuckDB, without the relation's. */
  physical: string;
  /** Not in `*`, and not found without a qualifier: the right side of USING. */
  hidden?: true;
}

/** What a FROM brings: a table, a subquery or a table function under a name. */
export interface Relation {
  /** Alias in Snowflake; null: cannot be named. */
  alias: string | null;
  /** Alias in DuckDB. */
  sql: string;
  columns: RelationColumn[];
  /** Physical names that some expression uses: only these are read. */
  used: Set<string>;
}

export interface Scope {
  relations: Relation[];
  /** Names that the select list gives: a column of the same name goes first. */
  aliases: Map<string, Expression>;
  parent: Scope | null;
}

export const NO_SCOPE: Scope = { relations: [], aliases: new Map(), parent: null };

/** A table as the catalog gives it to whoever may read it. */
export interface ReadableTable {
  columns: RelationColumn[];
  /** Its visible rows, as something to select from. */
  render(used: Set<string>): string;
}

/** Everything that the compiler asks others. */
export interface CompileContext extends FunctionContext {
  /** @throws SqlError when there is none or it may not be read */
  table(path: string[]): ReadableTable;
  /** @throws SqlError 000606 without a warehouse that may be used */
  demandWarehouse(): void;
  binds: readonly SqlBind[];
  /** Long texts, handed to DuckDB beside the statement. */
  parameters: Record<string, string>;
  /** A name that is new in the statement. */
  unique(prefix: string): string;
}

export interface Found {
  column: RelationColumn;
  sql: string;
}

/** @throws SqlError 000904, 002028; null when only an alias of the select list has the name */
export function findColumn(
  path: string[],
  scope: Scope,
): { found: Found } | { alias: Expression; scope: Scope } {
  const name = path.at(-1)!;
  const qualifier = path.at(-2);
  for (let level: Scope | null = scope; level !== null; level = level.parent) {
    const matches: Found[] = [];
    for (const relation of level.relations) {
      if (qualifier !== undefined && relation.alias !== qualifier) continue;
      for (const column of relation.columns) {
        if (column.name !== name || (column.hidden && qualifier === undefined)) continue;
        relation.used.add(column.physical);
        matches.push({ column, sql: `${relation.sql}.${column.physical}` });
      }
    }
    if (matches.length > 1) throw ambiguousColumn(path.join("."));
    if (matches.length === 1) return { found: matches[0] };
    const alias = qualifier === undefined ? level.aliases.get(name) : undefined;
    if (alias) return { alias, scope: level };
  }
  throw invalidIdentifier(
    path.map((part) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part}"`)).join("."),
  );
}
