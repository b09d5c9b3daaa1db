import type { Row } from "../../islands/thresholds/differences.ts";

interface ValueTableProps {
  /** What the columns are, for example "v7 · in force". */
  columns: string[];
  rows: Row[];
  label: string;
}

/** Thresholds side by side; what differs is marked. */
export function ValueTable({ columns, rows, label }: ValueTableProps) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={label}>
      <table class="table values">
        <thead>
          <tr>
            <td></td>
            {columns.map((column) => <th key={column} scope="col">{column}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, unit, texts, differs }) => (
            <tr key={name} class={differs ? "differs" : ""}>
              <th scope="row">
                {`${name}, ${unit}`}
                {differs && (
                  <>
                    <span class="sr-only">differs</span>
                    <span class="differs-mark" aria-hidden="true">≠</span>
                  </>
                )}
              </th>
              {texts.map((text, i) => <td key={columns[i]}>{text}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
