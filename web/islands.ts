/**
 * Finds the islands of a page while it is rendered: components from `islands/` that run again in the browser.
 *
 * @module
 */
import {
  type ComponentChildren,
  type ComponentType,
  createContext,
  Fragment,
  h,
  options,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { renderToString } from "preact-render-to-string";
import type { IslandProps } from "./props.ts";

/** Component to island name. */
export type IslandNames = ReadonlyMap<unknown, string>;

const ISLANDS = new URL("../islands/", import.meta.url);

/** Imports every `islands/Name.tsx`; its default export is the island. Folders below hold their parts. */
export async function loadIslands(dir: URL = ISLANDS): Promise<IslandNames> {
  const names = new Map<unknown, string>();
  for (const name of await listIslands(dir)) {
    const module: { default?: ComponentType } = await import(new URL(`${name}.tsx`, dir).href);
    if (typeof module.default !== "function") {
      throw new Error(
        `Cannot use islands/${name}.tsx: its default export is ${typeof module
          .default}: expected a component, ` +
          `for example export default function ${name}() { … }`,
      );
    }
    names.set(module.default, name);
  }
  return names;
}

/** Names of the islands in a folder, sorted. */
export async function listIslands(dir: URL = ISLANDS): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(dir)) {
    if (isFile && /\.tsx$/.test(name) && !/_test\.tsx$/.test(name)) names.push(name.slice(0, -".tsx".length));
  }
  return names.sort();
}

/** Rendering is synchronous, so one page at a time can be here. */
let page: { names: IslandNames; found: IslandProps[] } | null = null;
/** The vnode that is an island's own first element must stay as it is. */
let unwrapping = false;

const InsideIsland = createContext(false);

interface WrapperProps {
  name: string;
  component: ComponentType<Record<string, unknown>>;
  props: Record<string, unknown>;
}

function Wrapper({ name, component, props }: WrapperProps) {
  const inside = useContext(InsideIsland);
  unwrapping = true;
  const element = h(component, props);
  unwrapping = false;
  if (inside || !page) return element;
  const index = page.found.push({ name, props }) - 1;
  return h(
    "div",
    { class: "island", "data-island": index },
    h(InsideIsland.Provider, { value: true, children: element }),
  );
}

const previousHook = options.vnode;
options.vnode = (vnode: VNode) => {
  const name = page && !unwrapping ? page.names.get(vnode.type) : undefined;
  if (name !== undefined) {
    const props: WrapperProps = {
      name,
      component: vnode.type as WrapperProps["component"],
      props: vnode.props as Record<string, unknown>,
    };
    vnode.type = Wrapper as ComponentType;
    vnode.props = props as unknown as typeof vnode.props;
  }
  previousHook?.(vnode);
};

/**
 * Renders a tree and collects its islands. An island inside an island belongs to the outer one.
 *
 * @param build Makes the tree; elements made outside of it are not seen
 */
export function renderIslands(
  build: () => ComponentChildren,
  names: IslandNames,
): { html: string; found: IslandProps[] } {
  const found: IslandProps[] = [];
  page = { names, found };
  try {
    return { html: renderToString(h(Fragment, null, build())), found };
  } finally {
    page = null;
    unwrapping = false;
  }
}
