/** The program's mark, as in static/icon.svg; inline, so that it is there with the first paint. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M4 17h5l2.5-4 3.5 9 4-15 3.5 10H28" fill="none" stroke="#fff" stroke-width="2.4" />
    </svg>
  );
}
