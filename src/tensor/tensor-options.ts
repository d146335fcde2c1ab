import { type Checks, checkBoolean, checkNumber, readOptions } from '../check';
import { invalidArgument } from '../errors';
import type { DType } from '../native/handle';
import { checkDType, isDType } from './checks';
import { checkDevice, type Device } from './device';

/** Options of reductions. */
export interface KeepdimOptions {
  /** Whether to keep the reduced dimensions, with size 1. Default false. */
  keepdim?: boolean | undefined;
}

/** Options of {@link Tensor.var} and {@link Tensor.std}. */
export interface VarianceOptions extends KeepdimOptions {
  /** The sum of squares is divided by N - `correction`. Default 1. */
  correction?: number | undefined;
}

/** Options of {@link Tensor.sort}. */
export interface SortOptions {
  /** Whether to sort from largest to smallest. Default false. */
  descending?: boolean | undefined;
}

/** Options of {@link Tensor.topk}. */
export interface TopkOptions {
  /** Whether to return the largest elements rather than the smallest. Default true. */
  largest?: boolean | undefined;
  /** Whether to return them in order. Default true. */
  sorted?: boolean | undefined;
}

/** The target of {@link Tensor.to}. */
export interface ToOptions<D extends DType = DType> {
  /** Default: the tensor's dtype. */
  dtype?: D | undefined;
  /** Default: the tensor's device. */
  device?: Device | undefined;
}

const KEEPDIM: Checks<KeepdimOptions> = { keepdim: checkBoolean };
export const VARIANCE: Checks<VarianceOptions> = { ...KEEPDIM, correction: checkNumber };
export const SORT: Checks<SortOptions> = { descending: checkBoolean };
export const TOPK: Checks<TopkOptions> = { largest: checkBoolean, sorted: checkBoolean };
const TO: Checks<ToOptions> = { dtype: checkDType, device: checkDevice };

/** Returns whether to keep reduced dimensions. */
export function keepdimOf(options: KeepdimOptions | undefined): boolean {
  return options !== undefined && (readOptions(options, KEEPDIM).keepdim ?? false);
}

/** Reads the target of a conversion: "float64", "cuda" or { dtype, device }. */
export function readTarget(target: Device | DType | ToOptions): ToOptions {
  if (target === undefined) throw invalidArgument('target', 'a dtype, a device or { dtype, device }', target);
  if (typeof target === 'object') return readOptions(target, TO);
  if (isDType(target)) return { dtype: target };
  checkDevice('device', target);
  return { device: target };
}
