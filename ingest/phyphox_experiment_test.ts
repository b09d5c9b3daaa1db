import assert from "node:assert/strict";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { fromPhyphox, PHYPHOX_IDS } from "./phyphox.ts";
import { phyphoxExperiment } from "./phyphox_experiment.ts";

const ADDRESS = "http://192.168.1.20:8000/ingest/phyphox/at_key?a=1&b=<2>";
const XML = phyphoxExperiment(ADDRESS, 'Anna\'s "Pixel" & <co>');
const LISTS = new Set(["container", "output", "send", "view", "connection"]);

// deno-lint-ignore no-explicit-any
const root: any = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  isArray: (name) => LISTS.has(name),
}).parse(XML).phyphox;

Deno.test("the file is well-formed XML whatever address and name are in it", () => {
  assert.equal(XMLValidator.validate(XML), true);
  assert.equal(root.network.connection[0]["@address"], ADDRESS);
  assert.match(root.description, /as Anna's "Pixel" & <co>\. Press play/);
});

Deno.test("its blocks are ones that phyphoxBlockParser knows, in a version that the app reads", () => {
  const known = ["title", "category", "description", "data-containers", "views", "input", "network"];
  assert.deepEqual(Object.keys(root).filter((key) => key !== "@version").sort(), [...known].sort());
  assert.match(root["@version"], /^1\.(\d|1\d)$/);
});

Deno.test("every buffer is a valid identifier and is declared before it is used (dataContainersBlockParser)", () => {
  const declared = root["data-containers"].container.map((entry: Record<string, string>) => entry["#text"]);
  for (const name of declared) assert.match(name, /^[a-zA-Z][a-zA-Z0-9_]*$/);
  const outputs = root.input.sensor.output.map((entry: Record<string, string>) => entry["#text"]);
  const inputs = root.views.view[0].graph.input.map((entry: Record<string, string>) => entry["#text"]);
  for (const used of [...outputs, ...inputs]) assert(declared.includes(used), used);
  for (const { "@size": size } of root["data-containers"].container) assert(Number(size) > 0);
});

Deno.test("the sensor and its components are ones that inputBlockParser knows, each once", () => {
  assert.equal(root.input.sensor["@type"], "accelerometer");
  const components = root.input.sensor.output.map((entry: Record<string, string>) => entry["@component"]);
  assert.deepEqual(components, ["x", "y", "z", "t"]);
});

Deno.test("the connection's service, conversion, intervals and sends are ones that networkBlockParser knows", () => {
  const [connection] = root.network.connection;
  assert.equal(connection["@service"], "http/post");
  assert.equal(connection["@conversion"], "none");
  assert(Number(connection["@interval"]) > 0);
  const types = connection.send.map((entry: Record<string, string>) => [entry["@id"], entry["@type"]]);
  const { x, y, z, t, time } = PHYPHOX_IDS;
  assert.deepEqual(types, [x, y, z, t].map((id) => [id, "buffer"]).concat([[time, "time"]]));
});

Deno.test("what phyphox makes of its sends is what the adapter reads", () => {
  // As HttpTask.prepare() builds it: a list under each buffer's id, the time under its own.
  const [connection] = root.network.connection;
  const body = Object.fromEntries(
    connection.send.map((entry: Record<string, string>) =>
      entry["@type"] === "time"
        ? [entry["@id"], {
          now: 1_700_000_001,
          events: [{ event: "START", experimentTime: 0, systemTime: 1_700_000_000 }],
        }]
        : [entry["@id"], [0.5]]
    ),
  );
  assert.equal(fromPhyphox(body).sensorReadings[0].timestamp, 1_700_000_000_500);
});
