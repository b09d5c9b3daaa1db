import assert from "node:assert/strict";
import { ok, warning, wrong } from "../sinks/snowflake/check/finding.ts";
import { asText } from "./snowflake_check.ts";

Deno.test("the report is a table, then each mending statement once, then the verdict", () => {
  const findings = [
    ok("role", "ACTIVITY_LOADER"),
    wrong("ACTIVITY_DB.SINK.OFFSETS", "is not there", ["CREATE A", "GRANT B"]),
    wrong("SELECT on X", "has not this right", ["GRANT B"]),
    warning("warehouse", "never sleeps", ["ALTER C"]),
  ];
  assert.equal(
    asText({ ok: false, findings }),
    `ok       role                      ACTIVITY_LOADER
wrong    ACTIVITY_DB.SINK.OFFSETS  is not there
wrong    SELECT on X               has not this right
warning  warehouse                 never sleeps

To mend what is wrong, run as SYSADMIN, and as USERADMIN what is about users and roles (ACCOUNTADMIN may do both):
CREATE A;
GRANT B;

To mend what is warned of, run as SYSADMIN, and as USERADMIN what is about users and roles (ACCOUNTADMIN may do both):
ALTER C;

2 of 4 are wrong.`,
  );
});

Deno.test("when nothing is wrong the report says so and has nothing to run", () => {
  const text = asText({ ok: true, findings: [ok("role", "ACTIVITY_LOADER")] });
  assert.equal(text, "ok       role  ACTIVITY_LOADER\n\nLoading works.");
});
