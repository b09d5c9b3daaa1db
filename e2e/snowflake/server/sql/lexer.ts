/**
 * Splits SQL text into tokens by Snowflake's rules: unquoted identifiers are upper-cased, quoted ones kept.
 *
 * @module
 */
import { syntaxError } from "./errors.ts";

export interface Token {
  kind: "word" | "quoted" | "string" | "number" | "operator" | "bind" | "end";
  /** Upper-cased for words; unescaped for quoted names and strings. */
  value: string;
  start: number;
  end: number;
}

const OPERATORS = ["::", "<>", "!=", "<=", ">=", "||", "=>", ..."()[],.;:=<>+-*/%{}"];
const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };

const WORD = /[A-Za-z_][\w$]*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const BLANK = /(?:\s|--[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;

/** @throws SqlError 001003 at a character that begins no token or a string without end */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  const add = (kind: Token["kind"], value: string, end: number) => {
    tokens.push({ kind, value, start: at, end });
    at = end;
  };
  while (true) {
    at += match(BLANK)?.length ?? 0;
    if (at >= text.length) break;
    const character = text[at];
    const word = match(WORD);
    const number = match(NUMBER);
    if (word !== null) add("word", word.toUpperCase(), at + word.length);
    else if (number !== null) add("number", number, at + number.length);
    else if (character === "?") add("bind", "?", at + 1);
    else if (character === "'") {
      const { value, end } = quotedString(text, at);
      add("string", value, end);
    } else if (text.startsWith("$$", at)) {
      const end = text.indexOf("$$", at + 2);
      if (end < 0) throw errorAt(text, at, "$$");
      add("string", text.slice(at + 2, end), end + 2);
    } else if (character === '"') {
      let end = at + 1;
      while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) {
        end += text[end] === '"' ? 2 : 1;
      }
      if (end >= text.length) throw errorAt(text, at, '"');
      add("quoted", text.slice(at + 1, end).replaceAll('""', '"'), end + 1);
    } else {
      const operator = OPERATORS.find((operator) => text.startsWith(operator, at));
      if (operator === undefined) throw errorAt(text, at, character);
      add("operator", operator, at + operator.length);
    }
  }
  tokens.push({ kind: "end", value: "<EOF>", start: at, end: at });
  return tokens;
}

function quotedString(text: string, start: number): { value: string; end: number } {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") {
      at++;
      value += ESCAPES[text[at]] ?? text[at] ?? "";
    } else if (character !== "'") value += character;
    else if (text[at + 1] === "'") {
      value += "'";
      at++;
    } else return { value, end: at + 1 };
  }
  throw errorAt(text, start, "'");
}

/** A syntax error with line and position as Snowflake counts them: lines from 1, positions from 0. */
export function errorAt(text: string, offset: number, unexpected: string) {
  const before = text.slice(0, offset);
  return syntaxError(before.split("\n").length, offset - (before.lastIndexOf("\n") + 1), unexpected);
}
