import type { Refresher } from "../../islands/thresholds/refresher.ts";

interface TryAgainProps {
  of: Pick<Refresher<unknown, unknown>, "failure" | "retry">;
  /** What there is not, for example "The windows are not loaded". */
  what: string;
}

/** Why there is no newer answer, and one thing to do. */
export function TryAgain({ of, what }: TryAgainProps) {
  const failure = of.failure.value;
  if (failure === null) return null;
  return (
    <p class="hint warn try-again" role="alert">
      {`${what}: ${failure.message}`}
      <button type="button" onClick={() => of.retry()}>Try again</button>
    </p>
  );
}
