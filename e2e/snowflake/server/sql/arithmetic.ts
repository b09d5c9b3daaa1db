/**
 * Types of sums, differences, products and quotients. Source: Snowflake, "Arithmetic operators".
 *
 * @module
 */
import { type DataType, fixed, REAL } from "./data_types.ts";
import { commonType } from "./typed.ts";

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
