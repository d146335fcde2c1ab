import { reading } from '../check';
import { Tensor } from '../tensor/tensor';
import { isParameter } from './parameter';

/** The members of a module. */
export interface Members {
  /** The parameters of a native layer, by name. */
  layer: [string, Tensor][];
  /** The object whose properties are searched for members. */
  properties: object;
  /** The names of the properties that are buffers. */
  buffers: ReadonlySet<string> | undefined;
}

/** The method that returns a module's {@link Members}; a symbol, so that layers may have any name. */
export const membersOf = Symbol('members');

interface MemberHolder {
  [membersOf](): Members;
}

/** Callbacks of a {@link walk}. */
export interface Visitor {
  /**
   * Called at a module, array, plain object, Map or Set before its members; returning false skips them.
   *
   * @param prefix the prefix of its members' names
   */
  enter?: (holder: object, prefix: string) => boolean | undefined;
  /** Called at each parameter and buffer. */
  visit?: (tensor: Tensor, name: string, isBuffer: boolean) => void;
  /** Visits members with several names once per name, not only under the first. */
  isEveryPath?: boolean;
}

/**
 * Walks a module and everything below it: parents first, each module's parameters and buffers before its children, as
 * PyTorch does. Cycles are skipped.
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

/** Alternating names and values of the members to visit next. */
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
    const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null; // from any realm
    return isPlain ? 'holder' : undefined;
  } catch {
    return undefined; // a Proxy that throws is no member
  }
}
