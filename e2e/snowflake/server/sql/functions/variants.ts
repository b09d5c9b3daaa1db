/**
 * Semi-structured data.
 *
 * @module
 */
import { ARRAY, BOOLEAN, isVariant, OBJECT, text, VARIANT } from "../data_types.ts";
import { convert } from "../typed.ts";
import { decimal, type FunctionEntry, isText, refuse, scalar, to } from "./entry.ts";

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

const testsNull = (sql: (value: string) => string): FunctionEntry =>
  scalar(1, 1, ({ args: [value] }) => ({ sql: sql(value.sql), type: BOOLEAN, nullable: value.nullable }));

const typeOf = scalar(1, 1, (invocation) => {
  const [value] = invocation.args;
  if (!isVariant(value.type)) refuse(invocation);
  const sql = `CASE json_type(${value.sql}) WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'UBIGINT' THEN 'INTEGER' ` +
    `WHEN 'BIGINT' THEN 'INTEGER' ELSE json_type(${value.sql}) END`;
  return { sql, type: text(), nullable: value.nullable };
});

export const VARIANTS: Record<string, FunctionEntry> = {
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
  TO_VARIANT: to(VARIANT),
  IS_NULL_VALUE: testsNull((value) => `(json_type(${value}) = 'NULL')`),
};
