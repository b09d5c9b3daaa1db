/**
 * The checks that need a session.
 *
 * @module
 */
import { migrate, MIGRATIONS } from "../ddl/migrations.ts";
import { CREATE_DATABASE, createSchema, createTable, createWarehouse } from "../ddl/objects.ts";
import { grantAll, loaderRights, type Right } from "../ddl/rights.ts";
import { type Connection, SnowflakeError } from "../driver/connection.ts";
import { explain } from "../explain.ts";
import type { SnowflakeSettings } from "../settings.ts";
import { READ_VERSION } from "../statements.ts";
import { DATABASE, fullName, OFFSETS, SCHEMA_VERSION, type Table, TABLES } from "../tables.ts";
import { compareColumns, type DescribedColumn } from "./columns.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";
import { compareGrants, type Grant } from "./grants.ts";
import { tryLoad } from "./trial.ts";

/** A warehouse that sleeps needs seconds to start, a large one that is queued for minutes, ms. */
const STATEMENT_DEADLINE_MS = 120_000;
/** A warehouse that stays awake longer after each load costs more than the load, s. */
const MAX_AUTO_SUSPEND_S = 600;
/** `DOES_NOT_EXIST_OR_NOT_AUTHORIZED`: Snowflake tells nobody which of the two. */
const HIDDEN = [2003, 2043];
/** Needs a warehouse, and no table. */
const USE_WAREHOUSE = "SELECT COUNT(*)::NUMBER(9,0) AS N FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[1]')))";
const READ_PROGRESS = `SELECT COUNT(DISTINCT LOG_ID)::NUMBER(9,0) AS LOGS,
  SUM(NEXT_OFFSET)::NUMBER(18,0) AS RECORDS, MAX(UPDATED_AT)::VARCHAR AS UPDATED_AT
FROM ${fullName(OFFSETS)}`;

/** One after the other; what was found is added to the list that it is given. */
export class SessionCheck {
  readonly #connection: Connection;
  readonly #settings: SnowflakeSettings;
  readonly #findings: Finding[];
  readonly #rights: Right[];
  /** What is not there, or as good as not: rights on it come with what makes it. */
  readonly #hidden = new Set<string>();

  constructor(connection: Connection, settings: SnowflakeSettings, findings: Finding[]) {
    this.#connection = connection;
    this.#settings = settings;
    this.#findings = findings;
    this.#rights = loaderRights(settings.warehouse);
  }

  /** Ends early when Snowflake does not answer. */
  async run(): Promise<void> {
    const { role } = this.#settings;
    const steps: [what: string, step: () => Promise<Finding[]>][] = [
      ["role", () => this.#role()],
      ["warehouse", () => this.#warehouse()],
      ...TABLES.map((table): [string, () => Promise<Finding[]>] => [
        fullName(table),
        () => this.#table(table),
      ]),
      [`rights of ${role}`, () => this.#grants()],
      ["version of the tables", () => this.#version()],
      ["offsets", () => this.#progress()],
      ["trial load, rolled back", () => this.#trial()],
    ];
    for (const [what, step] of steps) {
      try {
        this.#findings.push(...await step());
      } catch (error) {
        this.#findings.push(wrong(what, explain(error, this.#settings).message));
        // Without an answer the session is gone, and what comes after would only say so again.
        if (!(error instanceof SnowflakeError)) return;
      }
    }
  }

  async #rows<T>(sql: string): Promise<T[]> {
    const { rows } = await this.#connection.execute(sql, [], STATEMENT_DEADLINE_MS);
    return rows as T[];
  }

  async #role(): Promise<Finding[]> {
    const { role, user } = this.#settings;
    const [{ ROLE_NAME }] = await this.#rows<{ ROLE_NAME: string | null }>(
      "SELECT CURRENT_ROLE() AS ROLE_NAME",
    );
    if (ROLE_NAME === role.toUpperCase()) return [ok("role", role)];
    return [
      wrong("role", `the session has role ${ROLE_NAME}: expected ${role}`, [
        `GRANT ROLE ${role} TO USER ${user}`,
      ]),
    ];
  }

  async #warehouse(): Promise<Finding[]> {
    const { warehouse, role } = this.#settings;
    // In LIKE an underscore is any character.
    const found = (await this.#rows<Record<string, unknown>>(`SHOW WAREHOUSES LIKE '${warehouse}'`))
      .find(({ name }) => name === warehouse.toUpperCase());
    const grant = grantAll(this.#rights.filter(({ kind }) => kind === "WAREHOUSE"), role);
    if (!found) {
      this.#hidden.add(warehouse);
      return [
        wrong("warehouse", `${warehouse} is not there, or ${role} may not use it`, [
          createWarehouse(warehouse),
          ...grant,
        ]),
      ];
    }
    if (String(found.auto_resume) !== "true") {
      return [
        wrong("warehouse", `${warehouse} does not wake by itself: loading stops once it sleeps`, [
          `ALTER WAREHOUSE ${warehouse} SET AUTO_RESUME = TRUE`,
        ]),
      ];
    }
    try {
      await this.#rows(USE_WAREHOUSE);
    } catch (error) {
      if (!(error instanceof SnowflakeError)) throw error;
      return [wrong("warehouse", explain(error, this.#settings).message, grant)];
    }
    const suspendS = Number(found.auto_suspend ?? 0);
    if (suspendS > 0 && suspendS <= MAX_AUTO_SUSPEND_S) {
      return [ok("warehouse", `${warehouse}, sleeps after ${suspendS} s`)];
    }
    return [
      warning(
        "warehouse",
        `${warehouse} ${
          suspendS > 0 ? `sleeps only after ${suspendS} s` : "never sleeps"
        }: each hour awake costs credits`,
        [`ALTER WAREHOUSE ${warehouse} SET AUTO_SUSPEND = 60`],
      ),
    ];
  }

  async #table(table: Table): Promise<Finding[]> {
    const name = fullName(table);
    try {
      return compareColumns(table, await this.#rows<DescribedColumn>(`DESCRIBE TABLE ${name}`));
    } catch (error) {
      if (!(error instanceof SnowflakeError && HIDDEN.includes(error.code))) throw error;
      this.#hidden.add(name);
      const schema = `${DATABASE}.${table.schema}`;
      const needed = this.#rights.filter(({ object }) => [DATABASE, schema, name].includes(object));
      return [wrong(name, `the table is not there, or ${this.#settings.role} may not see it`, [
        CREATE_DATABASE,
        createSchema(schema),
        createTable(table),
        ...grantAll(needed, this.#settings.role),
      ])];
    }
  }

  async #grants(): Promise<Finding[]> {
    const { role } = this.#settings;
    const grants: Grant[] = [];
    const roles = new Set([role.toUpperCase()]);
    // Roles that are added meanwhile are visited too.
    for (const one of roles) {
      const rows = await this.#rows<Grant>(`SHOW GRANTS TO ROLE ${one}`);
      grants.push(...rows);
      for (const { granted_on, name } of rows) if (granted_on === "ROLE") roles.add(name);
    }
    return compareGrants(role, this.#rights, grants, ({ object }) => !this.#hidden.has(object));
  }

  async #version(): Promise<Finding[]> {
    const what = "version of the tables";
    const [{ VERSION }] = await this.#rows<{ VERSION: number | null }>(READ_VERSION);
    const version = Number(VERSION ?? 0);
    if (version === SCHEMA_VERSION) return [ok(what, String(version))];
    if (version > SCHEMA_VERSION) {
      return [
        wrong(what, `${version}, made by a newer program: this one knows ${SCHEMA_VERSION}. Update it`),
      ];
    }
    return [
      wrong(
        what,
        `${version === 0 ? "none is noted" : version}: expected ${SCHEMA_VERSION}`,
        migrate(MIGRATIONS.filter((migration) => migration.version > version)),
      ),
    ];
  }

  async #progress(): Promise<Finding[]> {
    const [row] = await this.#rows<{ LOGS: number; RECORDS: number | null; UPDATED_AT: string | null }>(
      READ_PROGRESS,
    );
    const { LOGS, RECORDS, UPDATED_AT } = row;
    if (Number(LOGS) === 0) return [ok("offsets", "nothing was loaded so far")];
    return [ok("offsets", `logs: ${LOGS}, records: ${RECORDS}, last change: ${UPDATED_AT} UTC`)];
  }

  async #trial(): Promise<Finding[]> {
    const what = "trial load, rolled back";
    const problem = await tryLoad(this.#connection, STATEMENT_DEADLINE_MS);
    return [problem === null ? ok(what, "every statement of a load") : wrong(what, problem)];
  }
}
