/** The command line was wrong: `main.ts` prints the message and ends with exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads a number from the command line.
 *
 * @param option how the option is written, for example "--devices"
 * @param value what was given
 * @param standard the number when nothing was given
 * @throws UsageError when it is not a number from min to max
 */
export function numberOption(
  option: string,
  value: string | undefined,
  standard: number,
  { min, max, integer = true }: { min: number; max: number; integer?: boolean },
): number {
  if (value === undefined) return standard;
  const n = Number(value);
  if (value.trim() === "" || !(n >= min && n <= max) || (integer && !Number.isInteger(n))) {
    throw new UsageError(
      `${option} is ${JSON.stringify(value)}: expected a ${
        integer ? "whole " : ""
      }number from ${min} to ${max}, ` +
        `for example ${option} ${standard}`,
    );
  }
  return n;
}
