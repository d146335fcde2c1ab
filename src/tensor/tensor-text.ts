import { native } from '../native/addon';
import type { DType, Handle } from '../native/handle';
import { numberFormat } from './number-text';

/** Tensors with more elements are abbreviated to the first and last along each dimension. */
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PREFIX = 'tensor(';

/** The properties of a tensor that its text shows. */
export interface Printable {
  readonly handle: Handle;
  readonly shape: number[];
  readonly dtype: DType;
  readonly device: string;
  readonly requiresGrad: boolean;
}

/** Formats a tensor as PyTorch prints it: `tensor([1., 2.], dtype=torch.float64, requires_grad=True)`. */
export function tensorText(tensor: Printable): string {
  const { handle, shape, dtype } = tensor;
  const size = shape.reduce((product, length) => product * length, 1);
  let text = '[]';
  if (size > 0) {
    const isShortened = (length: number) => size > THRESHOLD && length > 2 * EDGE_ITEMS;
    const values = isShortened(Math.max(...shape, 0)) ? edgesOf(handle, shape.map(isShortened)) : arrayOf(handle);
    const { width, format } = numberFormat(values, dtype);
    const texts = Array.from(values as Float64Array, format);
    text = layOut({ texts, width, shape: shape.map((length) => (isShortened(length) ? undefined : length)) });
  }
  return addSuffixes(PREFIX + text, suffixesOf(tensor, size));
}

const arrayOf = (handle: Handle) => native().toTypedArray(handle);

/** Returns the first and last elements along each abbreviated dimension. */
function edgesOf(handle: Handle, areShortened: boolean[]) {
  native().openScope();
  try {
    let edges = native().detach(handle);
    for (const [dim, isShortened] of areShortened.entries()) {
      if (!isShortened) continue;
      const [first, last] = [[0, EDGE_ITEMS] as const, [-EDGE_ITEMS, null] as const];
      edges = native().cat(
        [first, last].map(([start, end]) => native().slice(edges, dim, start, end)),
        dim,
      );
    }
    return arrayOf(edges);
  } finally {
    native().closeScope([]);
  }
}

interface Layout {
  /** The elements' texts, in row-major order. */
  texts: string[];
  /** The width of each text. */
  width: number;
  /** The lengths of the dimensions; undefined for an abbreviated one. */
  shape: (number | undefined)[];
}

/** Lays out nested brackets: the innermost wrapped at the line width, the others on separate lines, as PyTorch does. */
function layOut({ texts, width, shape }: Layout): string {
  let next = 0;
  const visit = (depth: number): string => {
    if (depth === shape.length) return texts[next++]!;
    const length = shape[depth];
    const parts = Array.from({ length: length ?? 2 * EDGE_ITEMS }, () => visit(depth + 1));
    const isInnermost = depth === shape.length - 1;
    if (length === undefined) parts.splice(EDGE_ITEMS, 0, isInnermost ? ' ...' : '...');
    const indent = ' '.repeat(PREFIX.length + depth + 1);
    if (!isInnermost) return `[${parts.join(`,${'\n'.repeat(shape.length - 1 - depth)}${indent}`)}]`;
    const perLine = Math.max(1, Math.floor((LINE_WIDTH - PREFIX.length - depth) / (width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(', '));
    return `[${lines.join(`,\n${indent}`)}]`;
  };
  return visit(0);
}

/** Lists what differs from a float32 tensor on the CPU; integers and booleans show their dtype by their values. */
function suffixesOf({ handle, shape, dtype, device, requiresGrad }: Printable, size: number): string[] {
  const suffixes = device === 'cpu' ? [] : [`device='${device}'`];
  if (size === 0 && shape.length !== 1) suffixes.push(`size=(${shape.join(', ')})`);
  const isObvious = dtype === 'float32' || (size > 0 && (dtype === 'int64' || dtype === 'bool'));
  if (!isObvious) suffixes.push(`dtype=torch.${dtype}`);
  const gradientFunction = native().gradientFunction(handle);
  if (gradientFunction) suffixes.push(`grad_fn=<${gradientFunction.split('::').at(-1)}>`);
  else if (requiresGrad) suffixes.push('requires_grad=True');
  return suffixes;
}

function addSuffixes(text: string, suffixes: string[]): string {
  let lastLine = text.length - text.lastIndexOf('\n') + 1;
  let result = text;
  for (const suffix of suffixes) {
    const fits = lastLine + suffix.length + 2 <= LINE_WIDTH;
    result += fits ? `, ${suffix}` : `,\n${' '.repeat(PREFIX.length)}${suffix}`;
    lastLine = fits ? lastLine + suffix.length + 2 : PREFIX.length + suffix.length;
  }
  return `${result})`;
}
