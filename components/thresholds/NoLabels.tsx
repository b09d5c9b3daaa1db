/** What labels are for, and how to get some. */
export function NoLabels() {
  return (
    <div class="no-labels">
      <h3>No session is labelled yet</h3>
      <p>
        A label says what was really done, so that right answers can be told from wrong ones. Without labels
        the plot shows where windows lie, and the preview what would change, not whether it is better.
      </p>
      <ul>
        <li>
          Open a session under <a href="/sessions">Sessions</a>, select a span and press 1, 2 or 3.
        </li>
        <li>
          Or import recordings that come with labels: <code>deno task replay DIR --labels</code>
        </li>
      </ul>
    </div>
  );
}
