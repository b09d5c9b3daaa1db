import assert from "node:assert/strict";
import { connectors } from "./connectors.ts";
import { V4_DROPPED, V4_OPTIONS, v4Option, v4Problems } from "./v4_options.ts";

const { raw: { config }, processed } = connectors("v4", { topicPrefix: "", snowflake: null });

Deno.test("our connectors obey the list of version 4 and its rules", () => {
  assert.deepEqual(v4Problems(config), []);
  assert.deepEqual(v4Problems(processed.config), []);
});

Deno.test("each required option that is missing is named", () => {
  const required = V4_OPTIONS.filter((option) => option.required).map(({ name }) => name);
  assert.equal(required.length, 6);
  for (const name of required) {
    const { [name]: _, ...rest } = config;
    assert.deepEqual(v4Problems(rest), [`${name} is missing`]);
  }
});

Deno.test("options of the older versions, unknown ones and unknown values are refused by name", () => {
  for (const name of V4_DROPPED) {
    assert.match(v4Problems({ ...config, [name]: "1" })[0], new RegExp(`^${name} `));
  }
  assert.deepEqual(v4Problems({ ...config, "snowflake.nonsense": "1" }), [
    "snowflake.nonsense is no option of version 4",
  ]);
  for (const { name, values } of V4_OPTIONS.filter(({ values }) => values)) {
    const [problem] = v4Problems({ ...config, [name]: "nonsense" });
    assert.equal(problem, `${name} is nonsense: expected ${values!.join(" or ")}`);
  }
});

Deno.test("options that exclude or need each other are refused together", () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ "topics.regex": ".*" }, /either topics or topics\.regex/],
    [{ "snowflake.private.key": "" }, /^snowflake\.private\.key is missing/],
    [{ "errors.tolerance": "none" }, /^errors\.tolerance has to be all/],
    [{ "snowflake.validation": "SERVER_SIDE" }, /^snowflake\.validation has to be client_side/],
    [{ "snowflake.topic2table.map": "other:ACTIVITY_RECORDS" }, /names other, which is not among topics/],
  ];
  for (const [changed, expected] of cases) {
    const problems = v4Problems({ ...config, ...changed });
    assert.equal(problems.length, 1, JSON.stringify(changed));
    assert.match(problems[0], expected);
  }
});

Deno.test("no option is listed twice, nor listed and dropped", () => {
  const names = V4_OPTIONS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of V4_DROPPED) assert.equal(v4Option(name), null, name);
});
