/**
 * Expressions, by precedence.
 *
 * @module
 */
import type { Call, Expression, OrderItem, WindowSpec } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { unsupported } from "./errors.ts";
import { parseQuery } from "./parse_query.ts";

/** Functions whose argument at this place is a part of a date, written as a word or a string. */
const DATE_PART_ARGUMENT: Record<string, number> = {
  DATEADD: 0,
  TIMESTAMPADD: 0,
  DATEDIFF: 0,
  TIMESTAMPDIFF: 0,
  DATE_TRUNC: 0,
  DATE_PART: 0,
  LAST_DAY: 1,
};

/** Called without parentheses. */
const BARE_CALLS = new Set([
  "CURRENT_DATE",
  "CURRENT_TIMESTAMP",
  "CURRENT_TIME",
  "CURRENT_USER",
  "LOCALTIMESTAMP",
]);

export function parseExpression(cursor: Cursor): Expression {
  return or(cursor);
}

function or(cursor: Cursor): Expression {
  let left = and(cursor);
  while (cursor.takes("OR")) left = { kind: "binary", operator: "OR", left, right: and(cursor) };
  return left;
}

function and(cursor: Cursor): Expression {
  let left = not(cursor);
  while (cursor.takes("AND")) left = { kind: "binary", operator: "AND", left, right: not(cursor) };
  return left;
}

function not(cursor: Cursor): Expression {
  return cursor.takes("NOT") ? { kind: "not", operand: not(cursor) } : comparison(cursor);
}

const COMPARISONS = ["=", "<>", "!=", "<", ">", "<=", ">="];

function comparison(cursor: Cursor): Expression {
  let left = sum(cursor);
  while (true) {
    const operator = cursor.token.kind === "operator" ? cursor.token.value : "";
    if (COMPARISONS.includes(operator)) {
      cursor.next();
      left = { kind: "binary", operator: operator === "!=" ? "<>" : operator, left, right: sum(cursor) };
      continue;
    }
    if (cursor.takes("IS")) {
      const negated = cursor.takes("NOT");
      if (cursor.takes("NULL")) left = { kind: "isNull", operand: left, negated };
      else if (cursor.takes("DISTINCT", "FROM")) {
        const operator = negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM";
        left = { kind: "binary", operator, left, right: sum(cursor) };
      } else cursor.fail();
      continue;
    }
    const negated = cursor.sees("NOT") && ["BETWEEN", "IN", "LIKE", "ILIKE"].includes(cursor.peek().value);
    if (negated) cursor.next();
    if (cursor.takes("BETWEEN")) {
      const low = sum(cursor);
      cursor.expect("AND");
      left = { kind: "between", operand: left, low, high: sum(cursor), negated };
    } else if (cursor.takes("IN")) {
      cursor.expect("(");
      const list = cursor.sees("SELECT") || cursor.sees("WITH")
        ? parseQuery(cursor)
        : cursor.list(() => parseExpression(cursor));
      cursor.expect(")");
      left = { kind: "in", operand: left, list, negated };
    } else if (cursor.sees("LIKE") || cursor.sees("ILIKE")) {
      const insensitive = cursor.next().value === "ILIKE";
      left = { kind: "like", operand: left, pattern: sum(cursor), insensitive, negated };
    } else return left;
  }
}

function sum(cursor: Cursor): Expression {
  let left = product(cursor);
  while (cursor.sees("+") || cursor.sees("-") || cursor.sees("||")) {
    const operator = cursor.next().value;
    left = { kind: "binary", operator, left, right: product(cursor) };
  }
  return left;
}

function product(cursor: Cursor): Expression {
  let left = unary(cursor);
  while (cursor.sees("*") || cursor.sees("/") || cursor.sees("%")) {
    const operator = cursor.next().value;
    left = { kind: "binary", operator, left, right: unary(cursor) };
  }
  return left;
}

function unary(cursor: Cursor): Expression {
  if (cursor.takes("-")) return { kind: "minus", operand: unary(cursor) };
  cursor.takes("+");
  return postfix(cursor, primary(cursor));
}

function postfix(cursor: Cursor, start: Expression): Expression {
  let operand = start;
  while (true) {
    if (cursor.takes("::")) operand = { kind: "cast", operand, type: cursor.type(), lenient: false };
    else if (cursor.sees(":") || cursor.sees("[")) operand = { kind: "path", operand, steps: steps(cursor) };
    else return operand;
  }
}

/** `:key.key[0]['key']`: keys keep their case. */
function steps(cursor: Cursor): (string | Expression)[] {
  const found: (string | Expression)[] = [];
  let first = true;
  while (true) {
    if (cursor.takes("[")) {
      found.push(parseExpression(cursor));
      cursor.expect("]");
    } else if ((first && cursor.takes(":")) || (!first && cursor.takes("."))) {
      const token = cursor.next();
      if (token.kind !== "word" && token.kind !== "quoted") cursor.fail(token);
      found.push(token.kind === "word" ? cursor.text.slice(token.start, token.end) : token.value);
    } else return found;
    first = false;
    if (cursor.sees(":")) return found;
  }
}

function primary(cursor: Cursor): Expression {
  const token = cursor.token;
  switch (token.kind) {
    case "string":
    case "number":
      cursor.next();
      return { kind: token.kind, value: token.value };
    case "bind":
      cursor.next();
      return { kind: "bind", index: cursor.nextBind() };
    case "quoted":
      return column(cursor);
    case "operator":
      if (cursor.takes("(")) {
        if (cursor.sees("SELECT") || cursor.sees("WITH")) {
          const query = parseQuery(cursor);
          cursor.expect(")");
          return { kind: "scalar", query };
        }
        const inner = parseExpression(cursor);
        cursor.expect(")");
        return inner;
      }
      return cursor.fail();
    case "end":
      return cursor.fail();
  }
  if (cursor.takes("NULL")) return { kind: "null" };
  if (cursor.takes("TRUE")) return { kind: "boolean", value: true };
  if (cursor.takes("FALSE")) return { kind: "boolean", value: false };
  if (cursor.takes("CASE")) return caseExpression(cursor);
  if (cursor.sees("CAST", "(") || cursor.sees("TRY_CAST", "(")) {
    const lenient = cursor.next().value === "TRY_CAST";
    cursor.next();
    const operand = parseExpression(cursor);
    cursor.expect("AS");
    const type = cursor.type();
    cursor.expect(")");
    return { kind: "cast", operand, type, lenient };
  }
  if (cursor.sees("EXISTS", "(")) {
    cursor.next();
    cursor.next();
    const query = parseQuery(cursor);
    cursor.expect(")");
    return { kind: "exists", query };
  }
  if (cursor.peek().kind === "string") {
    if (cursor.takes("INTERVAL")) return { kind: "interval", value: cursor.string() };
    if (/^(DATE|TIME|TIMESTAMP|TIMESTAMP_NTZ|TIMESTAMP_LTZ)$/.test(token.value)) {
      const type = cursor.type();
      return { kind: "cast", operand: { kind: "string", value: cursor.string() }, type, lenient: false };
    }
  }
  if (cursor.peek().value === "(" && cursor.peek().kind === "operator") return call(cursor);
  if (BARE_CALLS.has(token.value)) {
    cursor.next();
    return { ...EMPTY_CALL, name: token.value };
  }
  return column(cursor);
}

function column(cursor: Cursor): Expression {
  return { kind: "column", path: cursor.path() };
}

function caseExpression(cursor: Cursor): Expression {
  const operand = cursor.sees("WHEN") ? null : parseExpression(cursor);
  const whens: [Expression, Expression][] = [];
  while (cursor.takes("WHEN")) {
    const condition = parseExpression(cursor);
    cursor.expect("THEN");
    whens.push([condition, parseExpression(cursor)]);
  }
  if (whens.length === 0) cursor.fail();
  const otherwise = cursor.takes("ELSE") ? parseExpression(cursor) : null;
  cursor.expect("END");
  return { kind: "case", operand, whens, otherwise };
}

const EMPTY_CALL: Omit<Call, "name"> = {
  kind: "call",
  args: [],
  named: new Map(),
  distinct: false,
  star: false,
  withinGroup: [],
  over: null,
  ignoreNulls: false,
};

/** `NAME(…)`, from the name on. */
export function call(cursor: Cursor): Call {
  const name = cursor.next().value;
  cursor.expect("(");
  const result: Call = { ...EMPTY_CALL, name, args: [], named: new Map() };
  const part = DATE_PART_ARGUMENT[name];
  if (name === "EXTRACT") {
    result.args.push({ kind: "string", value: cursor.next().value });
    cursor.expect("FROM");
    result.args.push(parseExpression(cursor));
  } else if (cursor.takes("*")) result.star = true;
  else if (!cursor.sees(")")) {
    result.distinct = cursor.takes("DISTINCT");
    do {
      if (cursor.token.kind === "word" && cursor.peek().value === "=>") {
        const argument = cursor.next().value;
        cursor.expect("=>");
        result.named.set(argument, parseExpression(cursor));
      } else if (result.args.length === part && cursor.token.kind === "word") {
        result.args.push({ kind: "string", value: cursor.next().value });
      } else result.args.push(parseExpression(cursor));
    } while (cursor.takes(","));
  }
  cursor.expect(")");
  if (cursor.takes("WITHIN", "GROUP", "(")) {
    result.withinGroup = orderBy(cursor);
    cursor.expect(")");
  }
  result.ignoreNulls = cursor.takes("IGNORE", "NULLS");
  if (!result.ignoreNulls) cursor.takes("RESPECT", "NULLS");
  if (cursor.takes("OVER")) result.over = windowSpec(cursor);
  return result;
}

export function orderBy(cursor: Cursor): OrderItem[] {
  cursor.expect("ORDER", "BY");
  return cursor.list(() => {
    const expression = parseExpression(cursor);
    const descending = cursor.takes("DESC");
    if (!descending) cursor.takes("ASC");
    const nullsFirst = cursor.takes("NULLS", "FIRST") ? true : cursor.takes("NULLS", "LAST") ? false : null;
    return { expression, descending, nullsFirst };
  });
}

function windowSpec(cursor: Cursor): WindowSpec {
  cursor.expect("(");
  const partitionBy = cursor.takes("PARTITION", "BY") ? cursor.list(() => parseExpression(cursor)) : [];
  const order = cursor.sees("ORDER") ? orderBy(cursor) : [];
  const frame = cursor.sees("ROWS") || cursor.sees("RANGE") ? windowFrame(cursor) : null;
  cursor.expect(")");
  return { partitionBy, orderBy: order, frame };
}

function windowFrame(cursor: Cursor): string {
  const unit = cursor.next().value;
  const bound = (): string => {
    if (cursor.takes("CURRENT", "ROW")) return "CURRENT ROW";
    const amount = cursor.takes("UNBOUNDED") ? "UNBOUNDED" : String(cursor.integer());
    if (unit === "RANGE" && amount !== "UNBOUNDED") {
      throw unsupported("Sliding window frame RANGE with an offset");
    }
    if (cursor.takes("PRECEDING")) return `${amount} PRECEDING`;
    cursor.expect("FOLLOWING");
    return `${amount} FOLLOWING`;
  };
  if (!cursor.takes("BETWEEN")) return `${unit} ${bound()}`;
  const from = bound();
  cursor.expect("AND");
  return `${unit} BETWEEN ${from} AND ${bound()}`;
}
