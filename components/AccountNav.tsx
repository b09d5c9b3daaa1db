interface AccountNavProps {
  /** Path of the page. */
  current: "/account" | "/users" | "/audit";
  isAdmin: boolean;
}

const PAGES: [path: AccountNavProps["current"], name: string][] = [
  ["/account", "Your account"],
  ["/users", "Users"],
  ["/audit", "Audit"],
];

/** Between the pages about people; viewers have one of them. */
export function AccountNav({ current, isAdmin }: AccountNavProps) {
  if (!isAdmin) return null;
  return (
    <nav class="tabs" aria-label="Account and administration">
      {PAGES.map(([path, name]) => (
        <a key={path} href={path} aria-current={path === current ? "page" : undefined}>{name}</a>
      ))}
    </nav>
  );
}
