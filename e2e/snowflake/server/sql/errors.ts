/**
 * Snowflake's refusals: numbers, SQLSTATEs and wording as its drivers show them.
 *
 * @module
 */
import { SqlError } from "./types.ts";

const compilation = (code: string, sqlState: string, message: string) =>
  new SqlError(code, sqlState, `SQL compilation error:\n${message}`);

export const syntaxError = (line: number, position: number, unexpected: string): SqlError =>
  compilation(
    "001003",
    "42000",
    `syntax error line ${line} at position ${position} unexpected '${unexpected}'.`,
  );

export const invalidIdentifier = (name: string): SqlError =>
  compilation("000904", "42000", `error line 1 at position 0\ninvalid identifier '${name}'`);

export const ambiguousColumn = (name: string): SqlError =>
  compilation("002028", "42601", `ambiguous column name '${name}'`);

export const notFound = (kind: string, name: string): SqlError =>
  compilation(
    "002003",
    kind === "Object" || kind === "Table" ? "42S02" : "02000",
    `${kind} '${name}' does not exist or not authorized.`,
  );

/** What Snowflake says of a name given to USE and to some ALTERs. */
export const cannotBePerformed = (): SqlError =>
  compilation("002043", "02000", "Object does not exist, or operation cannot be performed.");

export const alreadyExists = (name: string): SqlError =>
  compilation("002002", "42710", `Object '${name}' already exists.`);

export const unknownFunction = (name: string): SqlError =>
  compilation("002140", "42601", `Unknown function ${name}`);

export const invalidArguments = (name: string, types: string[]): SqlError =>
  compilation(
    "001044",
    "42P13",
    `error line 1 at position 0\nInvalid argument types for function '${name}': (${types.join(", ")})`,
  );

export const wrongArgumentCount = (name: string, expected: string, got: number): SqlError =>
  compilation(
    "000939",
    "22023",
    `error line 1 at position 0\nnot enough or too many arguments for function [${name}], expected ${expected}, got ${got}`,
  );

export const notGrouped = (name: string): SqlError =>
  compilation("000979", "42601", `[${name}] is not a valid group by expression`);

export const invalidInValues = (expression: string): SqlError =>
  compilation("002014", "22000", `Invalid expression [${expression}] in VALUES clause`);

export const typeMismatch = (expected: string, got: string, column: string): SqlError =>
  compilation(
    "002023",
    "22000",
    `Expression type does not match column data type, expecting ${expected} but got ${got} for column ${column}`,
  );

export const valueCountMismatch = (got: number, expected: number): SqlError =>
  compilation(
    "002020",
    "21S01",
    `Insert value list does not match column list expecting ${expected} but got ${got}`,
  );

export const unsupported = (feature: string): SqlError =>
  compilation("000002", "0A000", `Unsupported feature '${feature}'.`);

export const insufficientPrivileges = (kind: string, name: string): SqlError =>
  new SqlError(
    "003001",
    "42501",
    `SQL access control error:\nInsufficient privileges to operate on ${kind} '${name}'`,
  );

export const noWarehouse = (): SqlError =>
  new SqlError(
    "000606",
    "57P03",
    "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
  );

export const noCurrentDatabase = (): SqlError =>
  new SqlError(
    "090105",
    "22000",
    "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
  );

export const noCurrentSchema = (): SqlError =>
  new SqlError(
    "090106",
    "22000",
    "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.",
  );

export const lockTimeout = (table: string): SqlError =>
  new SqlError(
    "000625",
    "57014",
    `Statement timed out waiting for lock on table '${table}': it is held by another transaction.`,
  );

export const cancelled = (): SqlError => new SqlError("000604", "57014", "SQL execution canceled");

export const duplicateRows = (): SqlError =>
  new SqlError("100090", "42P18", "Duplicate row detected during DML action");

/** Raised inside DuckDB by error('CODE|SQLSTATE|MESSAGE'). */
const RAISED = /(\d{6})\|(\w{5})\|([^]*)$/;

/** DuckDB's words on the left; what Snowflake says of the same data on the right. */
const DATA_ERRORS: [RegExp, (match: RegExpMatchArray) => SqlError][] = [
  [
    /Failed to cast value to numerical: ([^]*)$/,
    (m) => new SqlError("100071", "22000", `Failed to cast variant value ${m[1]} to FIXED`),
  ],
  [
    /Failed to cast (?:value|.*?): ([^]*)$/,
    (m) => new SqlError("100071", "22000", `Failed to cast variant value ${m[1]}`),
  ],
  [
    /Malformed JSON[^:]*:? ?([^]*)/i,
    (m) => new SqlError("100069", "22P02", `Error parsing JSON: ${m[1].slice(0, 200)}`),
  ],
  [
    /[Cc]ould not convert string ['"]([^]*)['"] to (?:BOOL)/,
    (m) => new SqlError("100037", "22018", `Boolean value '${m[1]}' is not recognized`),
  ],
  [
    /[Cc]ould not convert string ['"]([^]*)['"] to /,
    (m) => new SqlError("100038", "22018", `Numeric value '${m[1]}' is not recognized`),
  ],
  [
    /(?:timestamp|TIMESTAMP) field value out of range: "([^]*?)"|invalid timestamp field format: "([^]*?)"/,
    (m) => new SqlError("100035", "22007", `Timestamp '${m[1] ?? m[2]}' is not recognized`),
  ],
  [
    /date field value out of range: "([^]*?)"|invalid date field format: "([^]*?)"/,
    (m) => new SqlError("100040", "22007", `Date '${m[1] ?? m[2]}' is not recognized`),
  ],
  [
    /(?:Could not cast value|Casting value "?) ?([-\d.eE+]+)"? ?(?:from .*)?to (?:type )?DECIMAL\((\d+),(\d+)\)/,
    (m) =>
      new SqlError(
        "100046",
        "22003",
        `Number out of representable range: type FIXED(${m[2]},${m[3]}), value ${m[1]}`,
      ),
  ],
  [
    /out of range|Overflow|overflow/,
    () => new SqlError("100046", "22003", "Number out of representable range"),
  ],
  [/must appear in the GROUP BY/, () => notGrouped("expression")],
  [
    /More than one row returned by a subquery/,
    () => new SqlError("090150", "22000", "Single-row subquery returns more than one row."),
  ],
];

/** Turns what DuckDB threw into what Snowflake would have said. */
export function fromDuckDb(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  // Below its message DuckDB shows the statement that it was given.
  const message = (error instanceof Error ? error.message : String(error)).split("\n\nLINE")[0].trimEnd();
  const raised = RAISED.exec(message);
  if (raised) return new SqlError(raised[1], raised[2], raised[3]);
  for (const [pattern, make] of DATA_ERRORS) {
    const match = pattern.exec(message);
    if (match) return make(match);
  }
  return new SqlError(
    "000603",
    "XX000",
    `SQL execution internal error: the strict server's DuckDB answered: ${message}`,
  );
}

/** An expression that makes DuckDB raise; quote it into CASE. */
export const raise = (code: string, sqlState: string, message: string): string =>
  `error('${code}|${sqlState}|${message.replaceAll("'", "''")}')`;
