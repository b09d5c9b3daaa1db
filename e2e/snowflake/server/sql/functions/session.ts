/**
 * What a session is asked about itself.
 *
 * @module
 */
import { text } from "../data_types.ts";
import { quote } from "../typed.ts";
import { type FunctionEntry, scalar } from "./entry.ts";

const session: FunctionEntry = scalar(0, 0, ({ name, context }) => {
  const value = context.session[name];
  return {
    sql: value === null ? "CAST(NULL AS VARCHAR)" : quote(value),
    type: text(),
    nullable: value === null,
  };
});

export const SESSION: Record<string, FunctionEntry> = {
  CURRENT_USER: session,
  CURRENT_ROLE: session,
  CURRENT_ACCOUNT: session,
  CURRENT_ACCOUNT_NAME: session,
  CURRENT_ORGANIZATION_NAME: session,
  CURRENT_REGION: session,
  CURRENT_DATABASE: session,
  CURRENT_SCHEMA: session,
  CURRENT_WAREHOUSE: session,
  CURRENT_SESSION: session,
  CURRENT_VERSION: session,
  CURRENT_CLIENT: session,
  CURRENT_TRANSACTION: session,
  LAST_QUERY_ID: session,
};
