import type { Problem } from "../web/problem.ts";

/** Shown when a page cannot be. */
export default function Failure({ problem }: { problem: Problem }) {
  return (
    <section class="message">
      <h1>{problem.title}</h1>
      <p>{problem.detail}</p>
      {problem.status !== 403 && (
        <p>
          <a class="button" href="/">Open the live page</a>
        </p>
      )}
    </section>
  );
}
