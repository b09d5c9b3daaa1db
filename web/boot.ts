/**
 * Starts the islands of a page in the browser.
 *
 * @module
 */
import { type ComponentType, h, hydrate } from "preact";
import { startShortcuts } from "../islands/shortcuts.ts";
import { decodeProps } from "./props.ts";
import { rememberZone } from "./zone.ts";

const data = document.getElementById("islands");
if (data) {
  const urls: Record<string, string> = JSON.parse(data.dataset.urls ?? "{}");
  const islands = decodeProps(data.textContent ?? "[]");
  for (const root of document.querySelectorAll<HTMLElement>("[data-island]")) {
    const { name, props } = islands[Number(root.dataset.island)];
    const module: { default: ComponentType<Record<string, unknown>> } = await import(urls[name]);
    hydrate(h(module.default, props), root);
    // Until then a press on one of its buttons does nothing; tests wait for it.
    root.dataset.booted = "";
  }
}
startShortcuts();
rememberZone();
