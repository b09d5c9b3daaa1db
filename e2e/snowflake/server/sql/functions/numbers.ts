/**
 * Numbers.
 *
 * Simplification: rounding goes through DOUBLE.
 *
 * @module
 */
import { fixed, REAL } from "../data_types.ts";
import { convert, unify } from "../typed.ts";
import { decimal, type FunctionEntry, isNumber, nullable, refuse, scalar, to } from "./entry.ts";

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

const modulo = scalar(2, 2, (invocation) => {
  const [a, b] = unify(invocation.name, invocation.args, invocation.context.zone);
  if (!isNumber(a)) refuse(invocation);
  return { ...a, sql: `(${a.sql} % sf_divisor(${b.sql}))`, nullable: nullable([a, b]) };
});

const zeroIfNull = scalar(1, 1, (invocation) => {
  const [value] = invocation.args;
  if (!isNumber(value)) refuse(invocation);
  return { ...value, sql: `coalesce(${value.sql}, 0)`, nullable: false };
});

export const NUMBERS: Record<string, FunctionEntry> = {
  TO_DOUBLE: to(REAL),
  TO_NUMBER: scalar(1, 3, (invocation) => {
    const [value, precision, scale] = invocation.args;
    if ([precision, scale].some((arg) => arg !== undefined && !/^\d+$/.test(arg.sql))) refuse(invocation);
    return convert(
      value,
      fixed(Number(precision?.sql ?? 38), Number(scale?.sql ?? 0)),
      invocation.context.zone,
    );
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
  ZEROIFNULL: zeroIfNull,
};
