/**
 * Reading tokens one after the other: what all parts of the parser share.
 *
 * @module
 */
import { type DataType, dataType } from "./data_types.ts";
import { unsupported } from "./errors.ts";
import { errorAt, type Token, tokenize } from "./lexer.ts";
import type { SqlBind } from "./types.ts";

/** Words that are no name unless quoted. */
const RESERVED = new Set(
  ("ALL ALTER AND ANY AS BETWEEN BY CASE CAST COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT DELETE DISTINCT DROP ELSE " +
    "EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP HAVING ILIKE IN INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT " +
    "LIKE MINUS NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START " +
    "TABLE TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER WHERE WITH " +
    "EXCEPT LIMIT OFFSET FETCH").split(" "),
);

export class Cursor {
  readonly #tokens: Token[];
  #at = 0;
  #binds = 0;

  constructor(readonly text: string, readonly values: readonly SqlBind[]) {
    this.#tokens = tokenize(text);
  }

  get token(): Token {
    return this.#tokens[this.#at];
  }

  peek(ahead = 1): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** @returns always throws */
  fail(token = this.token): never {
    throw errorAt(
      this.text,
      token.start,
      token.kind === "end" ? "<EOF>" : this.text.slice(token.start, token.end),
    );
  }

  /** Whether the next tokens are these words or operators. */
  sees(...values: string[]): boolean {
    return values.every((value, index) => {
      const token = this.peek(index);
      return (token.kind === "word" || token.kind === "operator") && token.value === value;
    });
  }

  /** Takes them if they are next. */
  takes(...values: string[]): boolean {
    if (!this.sees(...values)) return false;
    this.#at += values.length;
    return true;
  }

  expect(...values: string[]): void {
    for (const value of values) if (!this.takes(value)) this.fail();
  }

  /** Text from a token on, up to where the cursor stands. */
  written(from: Token): string {
    return this.text.slice(from.start, this.#tokens[this.#at - 1].end);
  }

  get bindIndex(): number {
    return this.#binds;
  }

  nextBind(): number {
    return this.#binds++;
  }

  seesName(): boolean {
    return this.token.kind === "quoted" || (this.token.kind === "word" && !RESERVED.has(this.token.value));
  }

  name(): string {
    if (!this.seesName()) this.fail();
    return this.next().value;
  }

  /** `a.b.c`, or IDENTIFIER('a.b.c') or IDENTIFIER(?). */
  path(): string[] {
    if (this.sees("IDENTIFIER", "(")) {
      this.next();
      this.next();
      const token = this.next();
      let written = token.value;
      if (token.kind === "bind") {
        const { value } = this.values[this.nextBind()] ?? {};
        if (typeof value !== "string") this.fail(token);
        written = value as string;
      } else if (token.kind !== "string") this.fail(token);
      this.expect(")");
      return new Cursor(written, []).path();
    }
    const path = [this.name()];
    while (this.takes(".")) path.push(this.name());
    return path;
  }

  names(): string[] {
    this.expect("(");
    const names = this.list(() => this.name());
    this.expect(")");
    return names;
  }

  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takes(",")) items.push(item());
    return items;
  }

  string(): string {
    if (this.token.kind !== "string") this.fail();
    return this.next().value;
  }

  integer(): number {
    if (this.token.kind !== "number" || !/^\d+$/.test(this.token.value)) this.fail();
    return Number(this.next().value);
  }

  /** A type's name with its numbers, as in NUMBER(18,0). */
  type(): DataType {
    const token = this.next();
    if (token.kind !== "word") this.fail(token);
    if (token.value === "DOUBLE") this.takes("PRECISION");
    const args: number[] = [];
    if (this.takes("(")) {
      args.push(...this.list(() => this.integer()));
      this.expect(")");
    }
    const type = dataType(token.value, args);
    if (!type) throw unsupported(`Data type ${token.value}`);
    return type;
  }

  end(): void {
    this.takes(";");
    if (this.token.kind !== "end") this.fail();
  }
}
