/**
 * Texts.
 *
 * @module
 */
import { BOOLEAN, text } from "../data_types.ts";
import { convert } from "../typed.ts";
import { decimal, type FunctionEntry, isNumber, isText, nullable, refuse, scalar } from "./entry.ts";

/** Text to text, all arguments text. */
const textFunction = (duck: string, min = 1, max = min, type = text()): FunctionEntry =>
  scalar(min, max, (invocation) => {
    const { args } = invocation;
    if (!args.every(isText)) refuse(invocation);
    return { sql: `${duck}(${args.map(({ sql }) => sql).join(", ")})`, type, nullable: nullable(args) };
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

export const TEXTS: Record<string, FunctionEntry> = {
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
  UUID_STRING: scalar(0, 0, () => ({ sql: "CAST(uuid() AS VARCHAR)", type: text(36), nullable: false })),
};
