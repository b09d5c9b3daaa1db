/**
 * The functions there are: whatever is not listed is refused, since DuckDB has many that Snowflake has not.
 *
 * Simplifications: division goes through DOUBLE; MEDIAN and AVG of numbers too; CONVERT_TIMEZONE has only its form with three
 * arguments; weeks begin on Monday.
 *
 * @module
 */
import type { Call } from "./ast.ts";
import {
  ARRAY,
  BOOLEAN,
  type DataType,
  DATE,
  fixed,
  isVariant,
  LTZ,
  NTZ,
  OBJECT,
  REAL,
  text,
  typeName,
  VARIANT,
} from "./data_types.ts";
import { invalidArguments } from "./errors.ts";
import { commonType, convert, quote, type Typed, unify } from "./typed.ts";
import { SqlError } from "./types.ts";

/** What functions say about the session. */
export interface FunctionContext {
  zone: string;
  /** Of the statement: CURRENT_TIMESTAMP is the same throughout. */
  nowMs: number;
  /** CURRENT_USER and its like, by function name. */
  session: Record<string, string | null>;
}

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
  make(invocation: Invocation): Typed;
}

const COUNT_TYPE = fixed(18, 0);

const refuse = ({ name, args }: Invocation): never => {
  throw invalidArguments(name, args.map(({ type }) => typeName(type)));
};

const isNumber = ({ type }: Typed) => type.kind === "FIXED" || type.kind === "REAL" || type.kind === "NULL";
const isTime = ({ type }: Typed) => ["DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "NULL"].includes(type.kind);
const isText = ({ type }: Typed) => type.kind === "TEXT" || type.kind === "NULL";
const nullable = (args: Typed[]) => args.some((arg) => arg.nullable);

const scalar = (min: number, max: number, make: FunctionEntry["make"]): FunctionEntry => ({
  kind: "scalar",
  arguments: [min, max],
  make,
});
const aggregate = (min: number, max: number, make: FunctionEntry["make"]): FunctionEntry => ({
  kind: "aggregate",
  arguments: [min, max],
  make,
});

const cast = (sql: string, type: DataType, duck: string, mayBeNull = true): Typed => ({
  sql: `CAST(${sql} AS ${duck})`,
  type,
  nullable: mayBeNull,
});
const count = (sql: string) => cast(sql, COUNT_TYPE, "DECIMAL(18,0)", false);
const decimal = (sql: string, precision: number, scale: number) =>
  cast(sql, fixed(precision, scale), `DECIMAL(${precision},${scale})`);

/** Text to text, all arguments text. */
const textFunction = (duck: string, min = 1, max = min, type = text()): FunctionEntry =>
  scalar(min, max, (invocation) => {
    const { args } = invocation;
    if (!args.every(isText)) refuse(invocation);
    return { sql: `${duck}(${args.map(({ sql }) => sql).join(", ")})`, type, nullable: nullable(args) };
  });

const realFunction = (duck: string): FunctionEntry =>
  scalar(1, 1, (invocation) => {
    const [arg] = invocation.args;
    if (!isNumber(arg)) refuse(invocation);
    return { sql: `${duck}(CAST(${arg.sql} AS DOUBLE))`, type: REAL, nullable: arg.nullable };
  });

/** Keeps the type of its only argument, a number. */
const sameNumber = (duck: string): FunctionEntry =>
  scalar(1, 1, (invocation) => {
    const [arg] = invocation.args;
    if (!isNumber(arg)) refuse(invocation);
    return { ...arg, sql: `${duck}(${arg.sql})` };
  });

/** Rounding functions with an optional scale. */
const rounding = (duck: string): FunctionEntry =>
  scalar(1, 2, (invocation) => {
    const [value, digits] = invocation.args;
    if (!isNumber(value)) refuse(invocation);
    const places = digits === undefined ? 0 : Number(digits.sql);
    if (!Number.isInteger(places)) refuse(invocation);
    const factor = `1e${places}`;
    const sql = `${duck}(CAST(${value.sql} AS DOUBLE) * ${factor}) / ${factor}`;
    if (value.type.kind === "REAL") return { ...value, sql: `(${sql})` };
    return decimal(sql, 38, Math.max(0, Math.min(places, value.type.scale ?? 0)));
  });

const unified = (duck: string, propagatesNull: boolean): FunctionEntry =>
  scalar(1, 100, ({ name, args, context }) => {
    const values = unify(name, args, context.zone);
    const sql = `${duck}(${values.map(({ sql }) => sql).join(", ")})`;
    if (!propagatesNull) return { ...values[0], sql, nullable: values.every((value) => value.nullable) };
    const anyNull = values.map(({ sql }) => `${sql} IS NULL`).join(" OR ");
    return {
      ...values[0],
      sql: `CASE WHEN ${anyNull} THEN NULL ELSE ${sql} END`,
      nullable: nullable(values),
    };
  });

const PARTS: Record<string, string> = {};
for (
  const [part, names] of Object.entries({
    year: "YEAR Y YY YYY YYYY YR YEARS YRS",
    quarter: "QUARTER Q QTR QTRS QUARTERS",
    month: "MONTH MM MON MONS MONTHS",
    week: "WEEK W WK WEEKOFYEAR WOY WY",
    day: "DAY D DD DAYS DAYOFMONTH",
    hour: "HOUR H HH HR HOURS HRS",
    minute: "MINUTE M MI MIN MINUTES MINS",
    second: "SECOND S SEC SECONDS SECS",
    millisecond: "MILLISECOND MS MSEC MILLISECONDS",
    microsecond: "MICROSECOND US USEC MICROSECONDS",
  })
) {
  for (const name of names.split(" ")) PARTS[name] = part;
}

/** Parts that only DATE_PART and EXTRACT know. */
const EXTRACTED: Record<string, string> = {
  DAYOFWEEK: "dow",
  DOW: "dow",
  DAYOFWEEKISO: "isodow",
  DAYOFYEAR: "doy",
  DOY: "doy",
  EPOCH_SECOND: "epoch",
  EPOCH: "epoch",
  EPOCH_SECONDS: "epoch",
  EPOCH_MILLISECOND: "epoch_ms",
  EPOCH_MILLISECONDS: "epoch_ms",
};

function partOf(arg: Typed): string {
  const name = /^'(\w+)'$/.exec(arg.sql)?.[1].toUpperCase() ?? "";
  const part = PARTS[name];
  if (!part) {
    throw new SqlError(
      "001011",
      "22023",
      `SQL compilation error:\n'${name}' is not a valid date/time component`,
    );
  }
  return part;
}

const INTERVALS: Record<string, (amount: string) => string> = {
  year: (n) => `to_years(CAST(${n} AS INTEGER))`,
  quarter: (n) => `to_months(CAST(3 * ${n} AS INTEGER))`,
  month: (n) => `to_months(CAST(${n} AS INTEGER))`,
  week: (n) => `to_days(CAST(7 * ${n} AS INTEGER))`,
  day: (n) => `to_days(CAST(${n} AS INTEGER))`,
  hour: (n) => `to_hours(CAST(${n} AS BIGINT))`,
  minute: (n) => `to_minutes(CAST(${n} AS BIGINT))`,
  second: (n) => `to_seconds(CAST(${n} AS BIGINT))`,
  millisecond: (n) => `to_microseconds(CAST(${n} * 1000 AS BIGINT))`,
  microsecond: (n) => `to_microseconds(CAST(${n} AS BIGINT))`,
};

const DAY_PARTS = ["year", "quarter", "month", "week", "day"];

/** @param amount a number in SQL */
export function addInterval(time: Typed, part: string, amount: string): Typed {
  const sum = `(${time.sql} + ${INTERVALS[part](amount)})`;
  if (time.type.kind !== "DATE") return { ...time, sql: sum };
  return DAY_PARTS.includes(part)
    ? { ...time, sql: `CAST(${sum} AS DATE)` }
    : { ...time, sql: sum, type: NTZ };
}

const dateAdd = scalar(3, 3, (invocation) => {
  const [part, amount, given] = invocation.args;
  const time = timeOf(invocation, given);
  if (!isNumber(amount)) refuse(invocation);
  const added = addInterval(time, partOf(part), `(${amount.sql})`);
  return { ...added, nullable: nullable([amount, time]) };
});

const dateDiff = scalar(3, 3, (invocation) => {
  const [part, ...given] = invocation.args;
  const [from, to] = unify(
    invocation.name,
    given.map((one) => timeOf(invocation, one)),
    invocation.context.zone,
  );
  const sql = `date_diff('${partOf(part)}', ${from.sql}, ${to.sql})`;
  return {
    ...decimal(sql, 9, 0),
    type: fixed(18, 0),
    sql: `CAST(${sql} AS DECIMAL(18,0))`,
    nullable: nullable([from, to]),
  };
});

/** Text is read as a timestamp where a time is expected. */
function timeOf(invocation: Invocation, arg: Typed): Typed {
  if (arg.type.kind === "NULL" || arg.type.kind === "TEXT") return convert(arg, NTZ, invocation.context.zone);
  return isTime(arg) ? arg : refuse(invocation);
}

/** In the session's zone, where the type has one. */
function local(arg: Typed, zone: string): Typed {
  return arg.type.kind === "TIMESTAMP_LTZ" ? convert(arg, NTZ, zone) : arg;
}

const dateTrunc = scalar(2, 2, (invocation) => {
  const { context } = invocation;
  const time = timeOf(invocation, invocation.args[1]);
  const inner = local(time, context.zone);
  const truncated = { ...inner, sql: `date_trunc('${partOf(invocation.args[0])}', ${inner.sql})` };
  if (time.type.kind === "DATE") return { ...truncated, sql: `CAST(${truncated.sql} AS DATE)` };
  return time.type.kind === "TIMESTAMP_LTZ" ? convert(truncated, LTZ, context.zone) : truncated;
});

/** Slices are counted from the epoch; weeks from the Monday before it. */
const timeSlice = scalar(3, 4, (invocation) => {
  const [given, length, part, end] = invocation.args;
  if (!isTime(given) || !/^\d+$/.test(length.sql)) refuse(invocation);
  const name = partOf(part);
  if (["millisecond", "microsecond"].includes(name)) refuse(invocation);
  if (given.type.kind === "DATE" && !DAY_PARTS.includes(name)) refuse(invocation);
  const interval = `(${INTERVALS[name](length.sql)})`;
  const origin = name === "week" ? "1969-12-29" : "1970-01-01";
  const start = `time_bucket(${interval}, CAST(${given.sql} AS TIMESTAMP), TIMESTAMP '${origin} 00:00:00')`;
  const atEnd = end !== undefined && /^'END'$/i.test(end.sql);
  if (end !== undefined && !atEnd && !/^'START'$/i.test(end.sql)) refuse(invocation);
  const sql = atEnd ? `(${start} + ${interval})` : start;
  return { ...given, sql: given.type.kind === "DATE" ? `CAST(${sql} AS DATE)` : sql };
});

const datePart = scalar(2, 2, (invocation) => {
  const name = /^'(\w+)'$/.exec(invocation.args[0].sql)?.[1].toUpperCase() ?? "";
  const time = local(timeOf(invocation, invocation.args[1]), invocation.context.zone);
  const part = EXTRACTED[name];
  if (part === "epoch_ms") return { ...decimal(`epoch_ms(${time.sql})`, 18, 0), nullable: time.nullable };
  return {
    ...decimal(`floor(date_part('${part ?? partOf(invocation.args[0])}', ${time.sql}))`, 18, 0),
    nullable: time.nullable,
  };
});

const part = (name: string): FunctionEntry =>
  scalar(1, 1, (invocation) => {
    const time = local(timeOf(invocation, invocation.args[0]), invocation.context.zone);
    return { ...decimal(`date_part('${name}', ${time.sql})`, 4, 0), nullable: time.nullable };
  });

/** Epoch numbers: milliseconds with scale 3, seconds with 0. */
const toTimestamp = (type: DataType): FunctionEntry =>
  scalar(1, 2, (invocation) => {
    const [value, scale] = invocation.args;
    const { zone } = invocation.context;
    if (value.type.kind === "FIXED") {
      const digits = scale === undefined ? 0 : Number(scale.sql);
      if (![0, 3, 6, 9].includes(digits)) refuse(invocation);
      if (value.type.scale !== 0) refuse(invocation);
      const number = `CAST(${value.sql} AS BIGINT)`;
      const micros = digits === 9 ? `${number} // 1000` : `${number} * ${10 ** (6 - digits)}`;
      return { sql: `make_timestamp(${micros})`, type, nullable: value.nullable };
    }
    if (scale !== undefined || value.type.kind === "REAL") refuse(invocation);
    return convert(value, type, zone);
  });

const to = (type: DataType): FunctionEntry =>
  scalar(1, 1, ({ args, context }) => convert(args[0], type, context.zone));

const FORMAT: [RegExp, string][] = [
  [/YYYY/, "%Y"],
  [/HH24/, "%H"],
  [/HH12/, "%I"],
  [/MON/, "%b"],
  [/FF3/, "%g"],
  [/FF6/, "%f"],
  [/MM/, "%m"],
  [/MI/, "%M"],
  [/DD/, "%d"],
  [/DY/, "%a"],
  [/SS/, "%S"],
  [/AM|PM/, "%p"],
];
const FORMAT_PART = new RegExp(FORMAT.map(([pattern]) => pattern.source).join("|"), "gi");

const toText = scalar(1, 2, (invocation) => {
  const [value, format] = invocation.args;
  if (format === undefined) return convert(value, text(), invocation.context.zone);
  if (!isTime(value) || !/^'[^']*'$/.test(format.sql)) refuse(invocation);
  const pattern = format.sql.replace(
    FORMAT_PART,
    (part) => FORMAT.find(([pattern]) => new RegExp(`^(?:${pattern.source})$`, "i").test(part))![1],
  );
  const time = local(value, invocation.context.zone);
  return { sql: `strftime(${time.sql}, ${pattern})`, type: text(), nullable: value.nullable };
});

const convertTimezone = scalar(3, 3, (invocation) => {
  const [from, target, given] = invocation.args;
  const time = timeOf(invocation, given);
  if (!isText(from) || !isText(target) || time.type.kind === "TIMESTAMP_LTZ") refuse(invocation);
  const sql = `timezone(${target.sql}, timezone(${from.sql}, CAST(${time.sql} AS TIMESTAMP)))`;
  return { sql, type: NTZ, nullable: time.nullable };
});

const now = (type: DataType): FunctionEntry =>
  scalar(0, 0, ({ context }) => {
    const utc: Typed = {
      sql: `TIMESTAMP '${new Date(context.nowMs).toISOString().slice(0, -1).replace("T", " ")}'`,
      type: LTZ,
      nullable: false,
    };
    if (type === LTZ) return utc;
    return type === NTZ ? { ...utc, type } : convert(utc, type, context.zone);
  });

const session: FunctionEntry = scalar(0, 0, ({ name, context }) => {
  const value = context.session[name];
  return {
    sql: value === null ? "CAST(NULL AS VARCHAR)" : quote(value),
    type: text(),
    nullable: value === null,
  };
});

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

const iff = scalar(3, 3, (invocation) => {
  const [condition, ...branches] = invocation.args;
  if (condition.type.kind !== "BOOLEAN") refuse(invocation);
  const [yes, no] = unify(invocation.name, branches, invocation.context.zone);
  return {
    sql: `CASE WHEN ${condition.sql} THEN ${yes.sql} ELSE ${no.sql} END`,
    type: yes.type,
    nullable: nullable([yes, no]),
  };
});

const nullIf = scalar(2, 2, (invocation) => {
  const [value] = invocation.args;
  const [a, b] = unify(invocation.name, invocation.args, invocation.context.zone);
  return {
    sql: `CASE WHEN ${a.sql} = ${b.sql} THEN NULL ELSE ${value.sql} END`,
    type: value.type,
    nullable: true,
  };
});

/** NULLs are left out; a JSON null stays. */
const objectConstruct = scalar(0, 100, (invocation) => {
  const { args, context } = invocation;
  if (args.length % 2 !== 0 || args.some((arg, i) => i % 2 === 0 && !isText(arg))) refuse(invocation);
  const pairs: string[] = [];
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1].type.kind === "NULL" ? "NULL" : convert(args[i + 1], VARIANT, context.zone).sql;
    pairs.push(
      `CASE WHEN ${value} IS NULL THEN '' ELSE ',' || to_json(${args[i].sql}) || ':' || ${value} END`,
    );
  }
  const sql = pairs.length === 0 ? "'{}'" : `'{' || substr(concat(${pairs.join(", ")}), 2) || '}'`;
  return { sql: `CAST(${sql} AS JSON)`, type: OBJECT, nullable: false };
});

const arrayConstruct = scalar(0, 100, ({ args, context }) => ({
  sql: `json_array(${
    args.map((arg) => (arg.type.kind === "NULL" ? "NULL" : convert(arg, VARIANT, context.zone).sql)).join(
      ", ",
    )
  })`,
  type: ARRAY,
  nullable: false,
}));

const parseJson = (lenient: boolean): FunctionEntry =>
  scalar(1, 1, (invocation) => {
    const [value] = invocation.args;
    if (!isText(value)) refuse(invocation);
    return { sql: `${lenient ? "TRY_CAST" : "CAST"}(${value.sql} AS JSON)`, type: VARIANT, nullable: true };
  });

const arraySize = scalar(1, 1, (invocation) => {
  const [value] = invocation.args;
  if (!isVariant(value.type)) refuse(invocation);
  return decimal(
    `CASE WHEN json_type(${value.sql}) = 'ARRAY' THEN json_array_length(${value.sql}) END`,
    9,
    0,
  );
});

const concatenate = scalar(1, 100, ({ args, context }) => ({
  sql: `(${args.map((arg) => convert(arg, text(), context.zone).sql).join(" || ")})`,
  type: text(),
  nullable: nullable(args),
}));

const length = scalar(1, 1, (invocation) => {
  const [value] = invocation.args;
  if (!isText(value)) refuse(invocation);
  return { ...decimal(`length(${value.sql})`, 18, 0), nullable: value.nullable };
});

const substring = scalar(2, 3, (invocation) => {
  const [value, ...places] = invocation.args;
  if (!isText(value) || !places.every(isNumber)) refuse(invocation);
  const positions = places.map(({ sql }) => `, CAST(${sql} AS BIGINT)`).join("");
  return { sql: `substr(${value.sql}${positions})`, type: text(), nullable: nullable(invocation.args) };
});

const modulo = scalar(2, 2, (invocation) => {
  const [a, b] = unify(invocation.name, invocation.args, invocation.context.zone);
  if (!isNumber(a)) refuse(invocation);
  return { ...a, sql: `(${a.sql} % sf_divisor(${b.sql}))`, nullable: nullable([a, b]) };
});

const testsNull = (sql: (value: string) => string): FunctionEntry =>
  scalar(1, 1, ({ args: [value] }) => ({ sql: sql(value.sql), type: BOOLEAN, nullable: value.nullable }));

const zeroIfNull = scalar(1, 1, (invocation) => {
  const [value] = invocation.args;
  if (!isNumber(value)) refuse(invocation);
  return { ...value, sql: `coalesce(${value.sql}, 0)`, nullable: false };
});

const typeOf = scalar(1, 1, (invocation) => {
  const [value] = invocation.args;
  if (!isVariant(value.type)) refuse(invocation);
  const sql = `CASE json_type(${value.sql}) WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'UBIGINT' THEN 'INTEGER' ` +
    `WHEN 'BIGINT' THEN 'INTEGER' ELSE json_type(${value.sql}) END`;
  return { sql, type: text(), nullable: value.nullable };
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

/** By name, upper case. */
export const FUNCTIONS: Record<string, FunctionEntry> = {
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

  DATEADD: dateAdd,
  TIMESTAMPADD: dateAdd,
  DATEDIFF: dateDiff,
  TIMESTAMPDIFF: dateDiff,
  DATE_TRUNC: dateTrunc,
  TIME_SLICE: timeSlice,
  DATE_PART: datePart,
  EXTRACT: datePart,
  YEAR: part("year"),
  MONTH: part("month"),
  DAY: part("day"),
  DAYOFMONTH: part("day"),
  DAYOFWEEK: part("dow"),
  HOUR: part("hour"),
  MINUTE: part("minute"),
  SECOND: part("second"),
  TO_TIMESTAMP: toTimestamp(NTZ),
  TO_TIMESTAMP_NTZ: toTimestamp(NTZ),
  TO_TIMESTAMP_LTZ: toTimestamp(LTZ),
  TO_DATE: to(DATE),
  CONVERT_TIMEZONE: convertTimezone,
  CURRENT_TIMESTAMP: now(LTZ),
  SYSDATE: now(NTZ),
  CURRENT_DATE: now(DATE),

  TO_CHAR: toText,
  TO_VARCHAR: toText,
  TO_DOUBLE: to(REAL),
  TO_BOOLEAN: to(BOOLEAN),
  TO_VARIANT: to(VARIANT),
  TO_NUMBER: scalar(1, 3, (invocation) => {
    const [value, precision, scale] = invocation.args;
    if ([precision, scale].some((arg) => arg !== undefined && !/^\d+$/.test(arg.sql))) refuse(invocation);
    return convert(
      value,
      fixed(Number(precision?.sql ?? 38), Number(scale?.sql ?? 0)),
      invocation.context.zone,
    );
  }),

  IFF: iff,
  IFNULL: unified("coalesce", false),
  NVL: unified("coalesce", false),
  COALESCE: unified("coalesce", false),
  NULLIF: nullIf,
  ZEROIFNULL: zeroIfNull,
  GREATEST: unified("greatest", true),
  LEAST: unified("least", true),
  EQUAL_NULL: scalar(2, 2, ({ name, args, context }) => {
    const [a, b] = unify(name, args, context.zone);
    return { sql: `(${a.sql} IS NOT DISTINCT FROM ${b.sql})`, type: BOOLEAN, nullable: false };
  }),

  ABS: sameNumber("abs"),
  ROUND: rounding("round"),
  FLOOR: rounding("floor"),
  CEIL: rounding("ceil"),
  TRUNC: rounding("trunc"),
  SQRT: realFunction("sqrt"),
  EXP: realFunction("exp"),
  LN: realFunction("ln"),
  MOD: modulo,
  SIGN: sameNumber("sign"),
  POWER: scalar(2, 2, (invocation) => {
    const { args } = invocation;
    if (!args.every(isNumber)) refuse(invocation);
    return {
      sql: `power(${args.map(({ sql }) => `CAST(${sql} AS DOUBLE)`).join(", ")})`,
      type: REAL,
      nullable: nullable(args),
    };
  }),

  UPPER: textFunction("upper"),
  LOWER: textFunction("lower"),
  TRIM: textFunction("trim", 1, 2),
  LTRIM: textFunction("ltrim", 1, 2),
  RTRIM: textFunction("rtrim", 1, 2),
  REPLACE: textFunction("replace", 3),
  STARTSWITH: textFunction("starts_with", 2, 2, BOOLEAN),
  ENDSWITH: textFunction("ends_with", 2, 2, BOOLEAN),
  CONTAINS: textFunction("contains", 2, 2, BOOLEAN),
  SPLIT_PART: scalar(3, 3, (invocation) => {
    const [value, delimiter, index] = invocation.args;
    if (!isText(value) || !isText(delimiter) || !isNumber(index)) refuse(invocation);
    return {
      sql: `split_part(${value.sql}, ${delimiter.sql}, CAST(${index.sql} AS BIGINT))`,
      type: text(),
      nullable: nullable(invocation.args),
    };
  }),
  CONCAT: concatenate,
  LENGTH: length,
  LEN: length,
  SUBSTR: substring,
  SUBSTRING: substring,
  LEFT: scalar(2, 2, (invocation) => {
    const [value, count] = invocation.args;
    if (!isText(value) || !isNumber(count)) refuse(invocation);
    return {
      sql: `left(${value.sql}, CAST(${count.sql} AS BIGINT))`,
      type: text(),
      nullable: value.nullable,
    };
  }),

  PARSE_JSON: parseJson(false),
  TRY_PARSE_JSON: parseJson(true),
  OBJECT_CONSTRUCT: objectConstruct,
  ARRAY_CONSTRUCT: arrayConstruct,
  ARRAY_SIZE: arraySize,
  TYPEOF: typeOf,
  TO_JSON: scalar(1, 1, (invocation) => {
    const [value] = invocation.args;
    if (!isVariant(value.type)) refuse(invocation);
    return { sql: `CAST(${value.sql} AS VARCHAR)`, type: text(), nullable: value.nullable };
  }),
  IS_NULL_VALUE: testsNull((value) => `(json_type(${value}) = 'NULL')`),
  UUID_STRING: scalar(0, 0, () => ({ sql: "CAST(uuid() AS VARCHAR)", type: text(36), nullable: false })),

  CURRENT_USER: session,
  CURRENT_ROLE: session,
  CURRENT_ACCOUNT: session,
  CURRENT_ACCOUNT_NAME: session,
  CURRENT_ORGANIZATION_NAME: session,
  CURRENT_REGION: session,
  CURRENT_DATABASE: session,
  CURRENT_SCHEMA: session,
  CURRENT_WAREHOUSE: session,
  CURRENT_SESSION: session,
  CURRENT_VERSION: session,
  CURRENT_CLIENT: session,
  CURRENT_TRANSACTION: session,
  LAST_QUERY_ID: session,
};

/** Where numbers are counted together; null where the operator does not take these types. */
export const arithmeticType = (operator: string, a: DataType, b: DataType): DataType | null => {
  if (a.kind === "NULL") return b;
  if (b.kind === "NULL") return a;
  if (commonType([a, b])?.kind === "REAL") return REAL;
  if (a.kind !== "FIXED" || b.kind !== "FIXED") return null;
  const [p1, s1, p2, s2] = [a.precision!, a.scale!, b.precision!, b.scale!];
  const [digits1, digits2] = [p1 - s1, p2 - s2];
  const capped = (digits: number, scale: number) => fixed(Math.min(38, digits + scale), scale);
  switch (operator) {
    case "+":
    case "-":
      return capped(Math.max(digits1, digits2) + 1, Math.max(s1, s2));
    case "*":
      return capped(digits1 + digits2, Math.min(s1 + s2, Math.max(s1, s2, 12)));
    case "/":
      return capped(digits1 + s2, Math.max(s1, Math.min(s1 + 6, 12)));
    default:
      return capped(Math.max(digits1, digits2), Math.max(s1, s2));
  }
};
