/**
 * FLATTEN: one row per element of an array or an object.
 *
 * Simplifications: neither RECURSIVE nor PATH nor MODE.
 *
 * @module
 */
import type { Call } from "./ast.ts";
import { compile } from "./compile_expression.ts";
import type { CompiledSource } from "./compile_query.ts";
import { fixed, isVariant, text, typeName, VARIANT } from "./data_types.ts";
import { invalidArguments, unsupported } from "./errors.ts";
import type { CompileContext, Relation, RelationColumn, Scope } from "./scope.ts";

const COLUMNS: RelationColumn[] = [
  { name: "SEQ", type: fixed(38, 0), nullable: false, physical: "seq" },
  { name: "KEY", type: text(), nullable: true, physical: "key" },
  { name: "PATH", type: text(), nullable: true, physical: "path" },
  { name: "INDEX", type: fixed(38, 0), nullable: true, physical: "idx" },
  { name: "VALUE", type: VARIANT, nullable: true, physical: "val" },
  { name: "THIS", type: VARIANT, nullable: true, physical: "this" },
];

/** Lists of the same length from the document `j` and the list `l` of its elements. */
const LISTS: Record<string, string> = {
  seq: "list_transform(l, lambda x: CAST(1 AS DECIMAL(38,0)))",
  key:
    "CASE WHEN json_type(j) = 'OBJECT' THEN json_keys(j) ELSE list_transform(l, lambda x: CAST(NULL AS VARCHAR)) END",
  path:
    "CASE WHEN json_type(j) = 'OBJECT' THEN json_keys(j) ELSE list_transform(range(len(l)), lambda x: '[' || x || ']') END",
  idx:
    "CASE WHEN json_type(j) = 'ARRAY' THEN list_transform(range(len(l)), lambda x: CAST(x AS DECIMAL(38,0))) " +
    "ELSE list_transform(l, lambda x: CAST(NULL AS DECIMAL(38,0))) END",
  this: "list_transform(l, lambda x: j)",
};

export function compileFlatten(
  made: Call,
  alias: string | null,
  outer: Scope,
  context: CompileContext,
): CompiledSource {
  const named = new Map(made.named);
  const given = made.args.length === 1 ? made.args[0] : named.get("INPUT");
  const outerRows = named.get("OUTER");
  named.delete("INPUT");
  named.delete("OUTER");
  if (!given || named.size > 0) {
    throw unsupported(`FLATTEN with ${[...named.keys()].join(", ") || "no INPUT"}`);
  }
  const input = compile(given, outer, context);
  if (!isVariant(input.type)) throw invalidArguments("FLATTEN", [typeName(input.type)]);
  const keepsEmpty = outerRows?.kind === "boolean" && outerRows.value;
  const relation: Relation = { alias, sql: context.unique("s"), columns: COLUMNS, used: new Set() };
  const elements =
    "CASE json_type(j) WHEN 'ARRAY' THEN json_extract(j, '$[*]') WHEN 'OBJECT' THEN json_extract(j, '$.*') END";
  const list = keepsEmpty ? `CASE WHEN len(${elements}) > 0 THEN ${elements} ELSE [NULL] END` : elements;
  return {
    relations: [relation],
    render: () => {
      const columns = Object.keys(LISTS).filter((name) => relation.used.has(name));
      const items = ["unnest(l) AS val", ...columns.map((name) => `unnest(${LISTS[name]}) AS ${name}`)];
      const lateral = outer.relations.length > 0 ? "LATERAL " : "";
      return `${lateral}(SELECT ${
        items.join(", ")
      } FROM (SELECT j, ${list} AS l FROM (SELECT ${input.sql} AS j))) ${relation.sql}`;
    },
  };
}
