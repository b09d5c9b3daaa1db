/**
 * Dates and times.
 *
 * Simplifications: CONVERT_TIMEZONE has only its form with three arguments; weeks begin on Monday.
 *
 * @module
 */
import { type DataType, DATE, fixed, LTZ, NTZ, text } from "../data_types.ts";
import { convert, type Typed, unify } from "../typed.ts";
import { SqlError } from "../types.ts";
import {
  decimal,
  type FunctionEntry,
  type Invocation,
  isNumber,
  isText,
  isTime,
  nullable,
  refuse,
  scalar,
  to,
} from "./entry.ts";

/** DuckDB's parts of a date, and Snowflake's names of them. */
const PART_NAMES = {
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
};
const PARTS = new Map(
  Object.entries(PART_NAMES).flatMap(([part, names]) =>
    names.split(" ").map((name) => [name, part] as const)
  ),
);

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
  const part = PARTS.get(name);
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

export const TIMES: Record<string, FunctionEntry> = {
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
};
