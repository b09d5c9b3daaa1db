/**
 * CREATE and ALTER of warehouses.
 *
 * @module
 */
import { type Admin, exists, ifExists, ifNotExists, properties, status } from "./admin.ts";
import { type Warehouse, written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { cannotBePerformed, unsupported } from "./errors.ts";
import type { SqlResult } from "./types.ts";

/** Sizes and their names in SHOW WAREHOUSES. */
const SIZES: Record<string, string> = {
  XSMALL: "X-Small",
  "X-SMALL": "X-Small",
  SMALL: "Small",
  MEDIUM: "Medium",
  LARGE: "Large",
};

function setWarehouse(warehouse: Warehouse, given: Record<string, string>): void {
  for (const [name, value] of Object.entries(given)) {
    switch (name) {
      case "WAREHOUSE_SIZE":
        if (!SIZES[value.toUpperCase()]) throw unsupported(`WAREHOUSE_SIZE ${value}`);
        warehouse.size = SIZES[value.toUpperCase()];
        break;
      case "AUTO_SUSPEND":
        warehouse.autoSuspendS = value === "NULL" ? 0 : Number(value);
        break;
      case "AUTO_RESUME":
        warehouse.autoResume = value.toUpperCase() === "TRUE";
        break;
      case "INITIALLY_SUSPENDED":
        warehouse.suspended = value.toUpperCase() === "TRUE";
        break;
      case "COMMENT":
        warehouse.comment = value;
        break;
      default:
        throw unsupported(`Warehouse property ${name}`);
    }
  }
}

export function createWarehouse(cursor: Cursor, { catalog, session, nowMs }: Admin): SqlResult {
  const optional = ifNotExists(cursor);
  const name = cursor.name();
  cursor.takes("WITH");
  const given = properties(cursor);
  cursor.end();
  const { role } = session.context;
  catalog.demand(role, "CREATE WAREHOUSE", "ACCOUNT", catalog.account);
  if (!catalog.isNew(catalog.data.warehouses, name, optional, written(name))) return exists(name);
  const warehouse: Warehouse = {
    name,
    owner: role,
    comment: null,
    createdMs: nowMs,
    size: "X-Small",
    autoSuspendS: 600,
    autoResume: true,
    suspended: false,
  };
  setWarehouse(warehouse, given);
  catalog.data.warehouses[name] = warehouse;
  session.context.warehouse = name;
  return status(`Warehouse ${name} successfully created.`);
}

export function alterWarehouse(cursor: Cursor, { catalog, session }: Admin): SqlResult {
  cursor.expect("ALTER", "WAREHOUSE");
  const optional = ifExists(cursor);
  const name = cursor.name();
  const warehouse = catalog.data.warehouses[name];
  const { role } = session.context;
  if (!warehouse || !catalog.sees(role, "WAREHOUSE", written(name))) {
    if (optional) return status("Statement executed successfully.");
    throw cannotBePerformed();
  }
  const operates = () => catalog.demand(role, "OPERATE", "WAREHOUSE", written(name));
  if (cursor.takes("SUSPEND")) {
    operates();
    warehouse.suspended = true;
  } else if (cursor.takes("RESUME")) {
    cursor.takes("IF", "SUSPENDED");
    operates();
    warehouse.suspended = false;
  } else {
    cursor.expect("SET");
    catalog.demand(role, "MODIFY", "WAREHOUSE", written(name));
    setWarehouse(warehouse, properties(cursor));
  }
  cursor.end();
  return status("Statement executed successfully.");
}
