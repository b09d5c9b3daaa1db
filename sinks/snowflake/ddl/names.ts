/**
 * Names of what the DDL makes beside the tables.
 *
 * @module
 */

/** Who loads, and with what: what `SNOWFLAKE_USER`, `SNOWFLAKE_ROLE` and `SNOWFLAKE_WAREHOUSE` say. */
export interface Loader {
  user: string;
  role: string;
  warehouse: string;
}

/** The defaults of those settings. */
export const LOADER: Loader = { user: "ACTIVITY_SINK", role: "ACTIVITY_LOADER", warehouse: "ACTIVITY_WH" };

/** Name of the role that the dashboards read with, and of its user: Snowflake keeps the two kinds of names apart. */
export const READER = "ACTIVITY_READER";

/**
 * Creates warehouses, databases and what is in them. The built-in role with the fewest rights that may: whoever runs the DDL
 * needs it and {@link ACCESS_ADMIN}, and `ACCOUNTADMIN` has both.
 */
export const OBJECT_ADMIN = "SYSADMIN";
/** Creates roles and users, and so may grant what it created. */
export const ACCESS_ADMIN = "USERADMIN";
