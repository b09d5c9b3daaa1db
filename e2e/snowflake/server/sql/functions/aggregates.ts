/**
 * Aggregates and window functions.
 *
 * Simplification: AVG and MEDIAN of numbers go through DOUBLE.
 *
 * @module
 */
import { ARRAY, BOOLEAN, isVariant, REAL, text, VARIANT } from "../data_types.ts";
import { convert } from "../typed.ts";
import { aggregate, count, decimal, type FunctionEntry, isNumber, refuse } from "./entry.ts";

const sum = aggregate(1, 1, (invocation) => {
  const { args: [arg], call, over } = invocation;
  if (!isNumber(arg)) refuse(invocation);
  const sql = `sum(${call.distinct ? "DISTINCT " : ""}${arg.sql})${over}`;
  if (arg.type.kind === "REAL") return { sql, type: REAL, nullable: true };
  return decimal(sql, 38, arg.type.scale ?? 0);
});

/** Through DOUBLE; numbers keep up to `more` digits past their own. */
const average = (duck: string, more: number): FunctionEntry =>
  aggregate(1, 1, (invocation) => {
    const { args: [arg], call, over } = invocation;
    if (!isNumber(arg)) refuse(invocation);
    const sql = `${duck}(${call.distinct ? "DISTINCT " : ""}CAST(${arg.sql} AS DOUBLE))${over}`;
    if (arg.type.kind === "REAL") return { sql, type: REAL, nullable: true };
    return decimal(sql, 38, Math.min(12, (arg.type.scale ?? 0) + more));
  });

const spread = (duck: string): FunctionEntry =>
  aggregate(1, 1, (invocation) => {
    const { args: [arg], over } = invocation;
    if (!isNumber(arg)) refuse(invocation);
    return { sql: `${duck}(CAST(${arg.sql} AS DOUBLE))${over}`, type: REAL, nullable: true };
  });

const extreme = (duck: string): FunctionEntry =>
  aggregate(1, 1, (invocation) => {
    const { args: [arg], over } = invocation;
    if (isVariant(arg.type)) refuse(invocation);
    return { sql: `${duck}(${arg.sql})${over}`, type: arg.type, nullable: true };
  });

const countFunction = aggregate(0, 1, (invocation) => {
  const { args, call, over } = invocation;
  if (args.length === 0 && !call.star) refuse(invocation);
  const what = call.star ? "*" : `${call.distinct ? "DISTINCT " : ""}${args[0].sql}`;
  return count(`count(${what})${over}`);
});

const listAgg = aggregate(1, 2, (invocation) => {
  const { args: [value, delimiter], call, over, within, context } = invocation;
  if (delimiter !== undefined && !/^'[^]*'$/.test(delimiter.sql)) refuse(invocation);
  const element = convert(value, text(), context.zone).sql;
  const sql = `string_agg(${call.distinct ? "DISTINCT " : ""}${element}, ${
    delimiter?.sql ?? "''"
  }${within})${over}`;
  return { sql: `coalesce(${sql}, '')`, type: text(), nullable: false };
});

const arrayAgg = aggregate(1, 1, ({ args: [value], call, over, within, context }) => {
  const element = convert(value, VARIANT, context.zone).sql;
  const list = `list(${
    call.distinct ? "DISTINCT " : ""
  }${element}${within}) FILTER (${value.sql} IS NOT NULL)${over}`;
  return { sql: `to_json(coalesce(${list}, []))`, type: ARRAY, nullable: false };
});

const percentile = aggregate(1, 1, (invocation) => {
  const { args: [fraction], within, over } = invocation;
  const ordered = /^ ORDER BY ([^]*?) ASC NULLS LAST$/.exec(within)?.[1];
  if (!ordered || !isNumber(fraction)) refuse(invocation);
  return {
    sql: `quantile_cont(CAST(${ordered} AS DOUBLE), ${fraction.sql})${over}`,
    type: REAL,
    nullable: true,
  };
});

const rank = (duck: string): FunctionEntry => ({
  kind: "window",
  arguments: [0, 0],
  make: ({ over }) => count(`${duck}()${over}`),
});

const neighbour = (duck: string): FunctionEntry => ({
  kind: "window",
  arguments: [1, 3],
  make: (invocation) => {
    const { args: [value, offset, otherwise], over, call, context } = invocation;
    if (offset !== undefined && !/^\d+$/.test(offset.sql)) refuse(invocation);
    const ignore = call.ignoreNulls ? " IGNORE NULLS" : "";
    const extra = offset === undefined
      ? ""
      : `, ${offset.sql}${
        otherwise === undefined ? "" : `, ${convert(otherwise, value.type, context.zone).sql}`
      }`;
    return { sql: `${duck}(${value.sql}${extra}${ignore})${over}`, type: value.type, nullable: true };
  },
});

const edge = (duck: string): FunctionEntry => ({
  kind: "window",
  arguments: [1, 1],
  make: ({ args: [value], over, call }) => ({
    sql: `${duck}(${value.sql}${call.ignoreNulls ? " IGNORE NULLS" : ""})${over}`,
    type: value.type,
    nullable: true,
  }),
});

const booleanAggregate = (duck: string): FunctionEntry =>
  aggregate(1, 1, (invocation) => {
    const { args: [value], over } = invocation;
    if (value.type.kind !== "BOOLEAN") refuse(invocation);
    return { sql: `${duck}(${value.sql})${over}`, type: BOOLEAN, nullable: true };
  });

const by = (duck: string): FunctionEntry =>
  aggregate(2, 2, ({ args: [value, key], over }) => ({
    sql: `${duck}(${value.sql}, ${key.sql})${over}`,
    type: value.type,
    nullable: true,
  }));

export const AGGREGATES: Record<string, FunctionEntry> = {
  COUNT: countFunction,
  COUNT_IF: aggregate(1, 1, (invocation) => {
    const { args: [condition], over } = invocation;
    if (condition.type.kind !== "BOOLEAN") refuse(invocation);
    return count(`count(CASE WHEN ${condition.sql} THEN 1 END)${over}`);
  }),
  APPROX_COUNT_DISTINCT: aggregate(
    1,
    1,
    ({ args: [value], over }) => count(`count(DISTINCT ${value.sql})${over}`),
  ),
  SUM: sum,
  AVG: average("avg", 6),
  MEDIAN: average("median", 3),
  MIN: extreme("min"),
  MAX: extreme("max"),
  ANY_VALUE: extreme("any_value"),
  MAX_BY: by("max_by"),
  MIN_BY: by("min_by"),
  STDDEV: spread("stddev_samp"),
  STDDEV_SAMP: spread("stddev_samp"),
  STDDEV_POP: spread("stddev_pop"),
  VARIANCE: spread("var_samp"),
  BOOLAND_AGG: booleanAggregate("bool_and"),
  BOOLOR_AGG: booleanAggregate("bool_or"),
  LISTAGG: listAgg,
  ARRAY_AGG: arrayAgg,
  PERCENTILE_CONT: percentile,
  ROW_NUMBER: rank("row_number"),
  RANK: rank("rank"),
  DENSE_RANK: rank("dense_rank"),
  LAG: neighbour("lag"),
  LEAD: neighbour("lead"),
  FIRST_VALUE: edge("first_value"),
  LAST_VALUE: edge("last_value"),
};
