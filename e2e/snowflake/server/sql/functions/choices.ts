/**
 * Choosing among values.
 *
 * @module
 */
import { BOOLEAN } from "../data_types.ts";
import { unify } from "../typed.ts";
import { type FunctionEntry, nullable, refuse, scalar, to } from "./entry.ts";

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

export const CHOICES: Record<string, FunctionEntry> = {
  IFF: iff,
  IFNULL: unified("coalesce", false),
  NVL: unified("coalesce", false),
  COALESCE: unified("coalesce", false),
  NULLIF: nullIf,
  GREATEST: unified("greatest", true),
  LEAST: unified("least", true),
  EQUAL_NULL: scalar(2, 2, ({ name, args, context }) => {
    const [a, b] = unify(name, args, context.zone);
    return { sql: `(${a.sql} IS NOT DISTINCT FROM ${b.sql})`, type: BOOLEAN, nullable: false };
  }),
  TO_BOOLEAN: to(BOOLEAN),
};
