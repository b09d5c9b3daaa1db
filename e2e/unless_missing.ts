/**
 * Tests that need something a machine may lack.
 *
 * @module
 */

/**
 * Registers a test. Where something is missing it is skipped with a printed reason; under CI it fails instead, since a skipped test
 * there protects nobody.
 *
 * @param kind of the test, for example "Kafka"
 * @param missing says what is missing and how to get it; null when nothing is
 */
export function testUnlessMissing(
  kind: string,
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
  missing: string | null,
): void {
  if (missing === null) return Deno.test(name, fn);
  if (Deno.env.get("CI") === "true") return Deno.test(name, () => Promise.reject(new Error(missing)));
  console.log(`${kind} test skipped: ${name}. ${missing}`);
  Deno.test({ name, ignore: true, fn });
}
