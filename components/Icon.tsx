/** Stroke paths on a 24 px grid. */
const ICONS = {
  check: "M5 12.5 10 17.5 19.5 7",
  dots: "M6 12h.01 M12 12h.01 M18 12h.01",
  copy: "M9 9h11v11H9z M15 5V4H4v11h1",
  phone:
    "M8 2.5h8a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5z M11 18.5h2",
  play: "M7 4.5 19 12 7 19.5z",
  terminal: "M4 6.5 9.5 12 4 17.5 M12 18h8",
  warning: "M12 3.5 22 20.5H2z M12 10v4.5 M12 17.4v.1",
};

/** A small icon beside words, never instead of them. */
export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}
