import type { Problem } from "../web/problem.ts";

/** Shown for an address that leads nowhere. */
export default function NotFound({ problem }: { problem: Problem }) {
  return (
    <section class="message">
      <h1>{problem.title}</h1>
      <p>{problem.detail}</p>
      <p>
        <a class="button" href="/">Open the live page</a>
      </p>
    </section>
  );
}
