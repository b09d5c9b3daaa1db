/**
 * Queries and changes of data.
 *
 * @module
 */
import type {
  Assignments,
  DataStatement,
  Expression,
  MergeClause,
  Query,
  Select,
  SelectItem,
  Source,
  Values,
} from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { unsupported } from "./errors.ts";
import { call, orderBy, parseExpression } from "./parse_expression.ts";

export function parseQuery(cursor: Cursor): Query {
  const ctes: Query["with"] = [];
  if (cursor.takes("WITH")) {
    if (cursor.sees("RECURSIVE")) throw unsupported("WITH RECURSIVE");
    do {
      const name = cursor.name();
      const columns = cursor.sees("(") ? cursor.names() : [];
      cursor.expect("AS", "(");
      ctes.push({ name, columns, query: parseQuery(cursor) });
      cursor.expect(")");
    } while (cursor.takes(","));
  }
  let body = queryTerm(cursor);
  while (cursor.sees("UNION") || cursor.sees("EXCEPT") || cursor.sees("MINUS") || cursor.sees("INTERSECT")) {
    const word = cursor.next().value;
    const operator = word === "UNION"
      ? (cursor.takes("ALL") ? "UNION ALL" : "UNION")
      : word === "INTERSECT"
      ? "INTERSECT"
      : "EXCEPT";
    body = { kind: "set", operator, left: bare(body), right: bare(queryTerm(cursor)) };
  }
  const order = cursor.sees("ORDER") ? orderBy(cursor) : [];
  const limit = cursor.takes("LIMIT") ? parseExpression(cursor) : null;
  const offset = cursor.takes("OFFSET") ? parseExpression(cursor) : null;
  return { with: ctes, body, orderBy: order, limit, offset };
}

const bare = (body: Query["body"]): Query => ({ with: [], body, orderBy: [], limit: null, offset: null });

function queryTerm(cursor: Cursor): Query["body"] {
  if (cursor.takes("(")) {
    const query = parseQuery(cursor);
    cursor.expect(")");
    const select: Select = {
      kind: "select",
      distinct: false,
      items: [{ expression: null, qualifier: null, alias: null, written: "*" }],
      from: { kind: "subquery", query, alias: null, columns: [] },
      where: null,
      groupBy: [],
      having: null,
      qualify: null,
    };
    return select;
  }
  if (cursor.sees("VALUES")) return parseValues(cursor);
  cursor.expect("SELECT");
  const distinct = cursor.takes("DISTINCT");
  const items = cursor.list(() => selectItem(cursor));
  const from = cursor.takes("FROM") ? parseSources(cursor) : null;
  const where = cursor.takes("WHERE") ? parseExpression(cursor) : null;
  let groupBy: Expression[] | "all" = [];
  if (cursor.takes("GROUP", "BY")) {
    groupBy = cursor.takes("ALL") ? "all" : cursor.list(() => parseExpression(cursor));
  }
  const having = cursor.takes("HAVING") ? parseExpression(cursor) : null;
  const qualify = cursor.takes("QUALIFY") ? parseExpression(cursor) : null;
  return { kind: "select", distinct, items, from, where, groupBy, having, qualify };
}

function parseValues(cursor: Cursor): Values {
  cursor.expect("VALUES");
  const rows = cursor.list(() => {
    cursor.expect("(");
    const row = cursor.list(() => {
      const from = cursor.token;
      const expression = parseExpression(cursor);
      return { expression, written: cursor.written(from) };
    });
    cursor.expect(")");
    return row;
  });
  return { kind: "values", rows };
}

function selectItem(cursor: Cursor): SelectItem {
  const from = cursor.token;
  if (cursor.takes("*")) return { expression: null, qualifier: null, alias: null, written: "*" };
  if (cursor.seesName() && cursor.peek().value === "." && cursor.peek(2).value === "*") {
    const qualifier = cursor.name();
    cursor.expect(".", "*");
    return { expression: null, qualifier, alias: null, written: "*" };
  }
  const expression = parseExpression(cursor);
  const written = cursor.written(from);
  return { expression, qualifier: null, alias: alias(cursor), written };
}

/** Words that go on with the query after a source or a select item. */
const NO_ALIAS = new Set([
  "GROUP",
  "ORDER",
  "ASOF",
  "NATURAL",
  "MATCH_RECOGNIZE",
  "PIVOT",
  "UNPIVOT",
  "AT",
  "BEFORE",
  "WINDOW",
]);

function alias(cursor: Cursor): string | null {
  if (cursor.takes("AS")) return cursor.name();
  return cursor.seesName() && !(cursor.token.kind === "word" && NO_ALIAS.has(cursor.token.value))
    ? cursor.name()
    : null;
}

export function parseSources(cursor: Cursor): Source {
  let left = source(cursor);
  while (true) {
    if (cursor.takes(",") || cursor.takes("CROSS", "JOIN")) {
      left = { kind: "join", type: "CROSS", left, right: source(cursor), on: null, using: [] };
      continue;
    }
    const type = joinType(cursor);
    if (type === null) return left;
    const right = source(cursor);
    const on = cursor.takes("ON") ? parseExpression(cursor) : null;
    const using = on === null && cursor.takes("USING") ? cursor.names() : [];
    left = { kind: "join", type, left, right, on, using };
  }
}

function joinType(cursor: Cursor): "INNER" | "LEFT" | "RIGHT" | "FULL" | null {
  if (cursor.takes("JOIN") || cursor.takes("INNER", "JOIN")) return "INNER";
  for (const type of ["LEFT", "RIGHT", "FULL"] as const) {
    if (cursor.takes(type, "JOIN") || cursor.takes(type, "OUTER", "JOIN")) return type;
  }
  return null;
}

function source(cursor: Cursor): Source {
  if (cursor.takes("(")) {
    const query = parseQuery(cursor);
    cursor.expect(")");
    const name = alias(cursor);
    return { kind: "subquery", query, alias: name, columns: name && cursor.sees("(") ? cursor.names() : [] };
  }
  if (cursor.takes("LATERAL")) {
    if (cursor.sees("FLATTEN", "(")) return tableFunction(cursor);
    throw unsupported("LATERAL subquery");
  }
  if (cursor.takes("TABLE", "(")) {
    return tableFunction(cursor, true);
  }
  const name = cursor.path();
  return { kind: "table", name, alias: alias(cursor) };
}

function tableFunction(cursor: Cursor, wrapped = false): Source {
  const made = call(cursor);
  if (wrapped) cursor.expect(")");
  if (made.name === "FLATTEN") return { kind: "flatten", call: made, alias: alias(cursor) };
  throw unsupported(`Table function ${made.name}`);
}

/** SELECT, INSERT, UPDATE, DELETE, MERGE; null when the statement is none of them. */
export function parseData(cursor: Cursor): DataStatement | null {
  if (cursor.sees("SELECT") || cursor.sees("WITH") || cursor.sees("(")) {
    return { kind: "select", query: parseQuery(cursor) };
  }
  if (cursor.takes("INSERT")) {
    const overwrite = cursor.takes("OVERWRITE");
    cursor.expect("INTO");
    const target = cursor.path();
    const columns = cursor.sees("(") ? cursor.names() : [];
    return { kind: "insert", target, columns, query: parseQuery(cursor), overwrite };
  }
  if (cursor.takes("UPDATE")) {
    const target = cursor.path();
    const name = alias(cursor);
    cursor.expect("SET");
    const set = assignments(cursor);
    const from = cursor.takes("FROM") ? parseSources(cursor) : null;
    const where = cursor.takes("WHERE") ? parseExpression(cursor) : null;
    return { kind: "update", target, alias: name, set, from, where };
  }
  if (cursor.takes("DELETE")) {
    cursor.expect("FROM");
    const target = cursor.path();
    const name = alias(cursor);
    const using = cursor.takes("USING") ? parseSources(cursor) : null;
    const where = cursor.takes("WHERE") ? parseExpression(cursor) : null;
    return { kind: "delete", target, alias: name, using, where };
  }
  if (cursor.takes("MERGE")) return merge(cursor);
  return null;
}

function assignments(cursor: Cursor): Assignments {
  return cursor.list(() => {
    const column = cursor.path().at(-1)!;
    cursor.expect("=");
    return { column, value: parseExpression(cursor) };
  });
}

function merge(cursor: Cursor): DataStatement {
  cursor.expect("INTO");
  const target = cursor.path();
  const name = alias(cursor);
  cursor.expect("USING");
  const from = source(cursor);
  cursor.expect("ON");
  const on = parseExpression(cursor);
  const clauses: MergeClause[] = [];
  while (cursor.takes("WHEN")) {
    const matched = !cursor.takes("NOT");
    cursor.expect("MATCHED");
    const condition = cursor.takes("AND") ? parseExpression(cursor) : null;
    cursor.expect("THEN");
    clauses.push({ matched, condition, action: mergeAction(cursor, matched) });
  }
  if (clauses.length === 0) cursor.fail();
  return { kind: "merge", target, alias: name, source: from, on, clauses };
}

function mergeAction(cursor: Cursor, matched: boolean): MergeClause["action"] {
  if (matched && cursor.takes("DELETE")) return { kind: "delete" };
  if (matched) {
    cursor.expect("UPDATE", "SET");
    return { kind: "update", set: assignments(cursor) };
  }
  cursor.expect("INSERT");
  const columns = cursor.sees("(") ? cursor.names() : [];
  cursor.expect("VALUES", "(");
  const values = cursor.list(() => parseExpression(cursor));
  cursor.expect(")");
  return { kind: "insert", columns, values };
}
