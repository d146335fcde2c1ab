import { reading } from '../check';
import { Tensor } from '../tensor/tensor';
import { isParameter } from './parameter';

/** What a module holds. */
export interface Members {
  /** The parameters of a native layer, by name. */
  layer: [string, Tensor][];
  /** Whose properties are looked through. */
  properties: object;
  /** The names of those that are buffers. */
  buffers: ReadonlySet<string> | undefined;
}

/** The method by which a module tells its {@link Members}; a symbol, so that layers may have any names. */
export const membersOf = Symbol('members');

interface MemberHolder {
  [membersOf](): Members;
}

/** What is done at each step of a {@link walk}. */
export interface Visitor {
  /**
   * At a module, or an array, plain object, Map or Set, before what it holds; false leaves that out.
   *
   * @param prefix goes before the names of its members
   */
  enter?: (holder: object, prefix: string) => boolean | undefined;
  /** At a parameter or buffer. */
  visit?: (tensor: Tensor, name: string, isBuffer: boolean) => void;
  /** Goes to what has several names by each of them, not by the first alone. */
  isEveryPath?: boolean;
}

/**
 * Goes through a module and all that it leads to: parents first, each module's parameters and buffers before its
 * children, as PyTorch does. What leads back to itself is left out.
 */
export function walk(root: MemberHolder, visitor: Visitor, prefix = ''): void {
  go(root, prefix, visitor, new Set());
}

function go(holder: object, prefix: string, visitor: Visitor, seen: Set<object>): void {
  if (seen.has(holder)) return;
  seen.add(holder);
  if (visitor.enter?.(holder, prefix) !== false) {
    const below =
      membersOf in holder ? atModule(holder as MemberHolder, prefix, visitor) : atContainer(holder, prefix, visitor);
    for (let i = 0; i < below.length; i += 2) go(below[i + 1] as object, `${prefix}${below[i]}.`, visitor, seen);
  }
  if (visitor.isEveryPath) seen.delete(holder);
}

/** Names and values, one after another, of what is to be gone to next. */
type Below = (string | object)[];

function atModule(module: MemberHolder, prefix: string, { visit }: Visitor): Below {
  const { layer, properties, buffers } = module[membersOf]();
  if (visit) for (const [name, tensor] of layer) visit(tensor, prefix + name, false);
  const below = atMembers(properties, prefix, visit, buffers);
  for (const name of buffers ?? []) {
    const buffer: unknown = properties[name as keyof object];
    if (buffer instanceof Tensor) visit?.(buffer, prefix + name, true);
  }
  return below;
}

function atContainer(container: object, prefix: string, { visit }: Visitor): Below {
  return reading(prefix.slice(0, -1), () => atMembers(container, prefix, visit));
}

function atMembers(holder: object, prefix: string, visit: Visitor['visit'], others?: ReadonlySet<string>): Below {
  const below: Below = [];
  if (holder instanceof Map) {
    for (const [key, value] of holder) atMember(String(key), value, below, prefix, visit, others);
  } else {
    const members = holder instanceof Set ? [...holder] : holder;
    for (const name of Object.keys(members))
      atMember(name, members[name as keyof object], below, prefix, visit, others);
  }
  return below;
}

function atMember(
  name: string,
  value: unknown,
  below: Below,
  prefix: string,
  visit: Visitor['visit'],
  others?: ReadonlySet<string>,
): void {
  if (typeof value !== 'object' || value === null) return;
  const kind = kindOf(value);
  if (kind === 'holder') below.push(name, value);
  else if (kind === 'tensor' && visit && !others?.has(name) && isParameter(value as Tensor)) {
    visit(value as Tensor, prefix + name, false);
  }
}

function kindOf(value: object): 'tensor' | 'holder' | undefined {
  try {
    if (membersOf in value || Array.isArray(value)) return 'holder';
    if (value instanceof Tensor) return 'tensor';
    if (value instanceof Map || value instanceof Set) return 'holder';
    const prototype = Object.getPrototypeOf(value);
    const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null; // of whatever realm
    return isPlain ? 'holder' : undefined;
  } catch {
    return undefined; // a Proxy that throws: nothing of ours
  }
}
