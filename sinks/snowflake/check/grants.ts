/**
 * Compares what a role may do with what it has to.
 *
 * @module
 */
import { grantAll, type Right } from "../ddl/rights.ts";
import { LOADER, OBJECT_ADMIN } from "../ddl/names.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";

/** A row of `SHOW GRANTS TO ROLE`. */
export interface Grant {
  privilege: string;
  granted_on: string;
  name: string;
  /** The role that has it: the one asked for, or one that was granted to it. */
  grantee_name: string;
}

/** Roles that Snowflake makes and that may do far more than load. */
const BUILT_IN = ["ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "USERADMIN", "ORGADMIN", "GLOBALORGADMIN"];
/** More would hide the rest of the report. */
const MAX_SHOWN = 10;

/**
 * @param grants those of the role and of the roles that were granted to it
 * @param isJudged leaves out rights on what is not there: the finding about that says how to make it
 */
export function compareGrants(
  role: string,
  needed: Right[],
  grants: Grant[],
  isJudged: (right: Right) => boolean,
): Finding[] {
  const missing = needed.filter((right) => isJudged(right) && !grants.some((grant) => covers(grant, right)));
  const findings = missing.map((right) =>
    wrong(
      `${right.privilege} on ${right.object}`,
      `role ${role} has not this right`,
      grantAll([right], role),
    )
  );
  return [
    ...(missing.length === 0
      ? [ok(`rights of ${role}`, `all ${needed.filter(isJudged).length} that are needed`)]
      : findings),
    ...tooMuch(role, needed, grants),
  ];
}

function covers(grant: Grant, right: Right): boolean {
  return isOn(grant, right) && (grant.privilege === right.privilege || grant.privilege === "OWNERSHIP");
}

const isOn = (grant: Grant, right: Right) =>
  grant.granted_on === right.kind && grant.name.toUpperCase() === right.object.toUpperCase();

function tooMuch(role: string, needed: Right[], grants: Grant[]): Finding[] {
  if (BUILT_IN.includes(role.toUpperCase())) {
    return [warning(
      `role ${role}`,
      `may do far more than load: whoever gets the key has the account. Set SNOWFLAKE_ROLE=${LOADER.role}`,
    )];
  }
  const surplus = grants.filter((grant) =>
    !needed.some((right) => isOn(grant, right) && grant.privilege === right.privilege)
  );
  if (surplus.length === 0) return [];
  const named = surplus.slice(0, MAX_SHOWN).map(({ privilege, granted_on, name }) =>
    `${privilege} on ${granted_on} ${name}`
  );
  const more = surplus.length > MAX_SHOWN ? `, and ${surplus.length - MAX_SHOWN} more` : "";
  return [warning(
    `role ${role}`,
    `may do more than load: ${named.join(", ")}${more}`,
    surplus.slice(0, MAX_SHOWN).map(takeBack),
  )];
}

function takeBack({ privilege, granted_on, name, grantee_name }: Grant): string {
  if (granted_on === "ROLE") return `REVOKE ROLE ${name} FROM ROLE ${grantee_name}`;
  if (granted_on === "ACCOUNT") return `REVOKE ${privilege} ON ACCOUNT FROM ROLE ${grantee_name}`;
  if (privilege === "OWNERSHIP") {
    return `GRANT OWNERSHIP ON ${granted_on} ${name} TO ROLE ${OBJECT_ADMIN} COPY CURRENT GRANTS`;
  }
  return `REVOKE ${privilege} ON ${granted_on} ${name} FROM ROLE ${grantee_name}`;
}
