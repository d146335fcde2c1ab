import { type Checks, checkBoolean, checkNumber, readOptions } from '../check';
import { invalidArgument } from '../errors';
import type { DType } from '../native/handle';
import { checkDType, isDType } from './checks';
import { checkDevice, type Device } from './device';

/** Of what has dimensions go away. */
export interface KeepdimOptions {
  /** Whether the dimensions stay, of size 1; default false. */
  keepdim?: boolean | undefined;
}

/** How {@link Tensor.var} and {@link Tensor.std} are computed. */
export interface VarianceOptions extends KeepdimOptions {
  /** The sum of squares is divided by N less this; default 1. */
  correction?: number | undefined;
}

/** How {@link Tensor.sort} sorts. */
export interface SortOptions {
  /** Whether the largest come first; default false. */
  descending?: boolean | undefined;
}

/** How {@link Tensor.topk} chooses. */
export interface TopkOptions {
  /** Whether the largest are chosen, else the smallest; default true. */
  largest?: boolean | undefined;
  /** Whether they are in order; default true. */
  sorted?: boolean | undefined;
}

/** What {@link Tensor.to} changes. */
export interface ToOptions<D extends DType = DType> {
  /** Default as it is. */
  dtype?: D | undefined;
  /** Default where it is. */
  device?: Device | undefined;
}

const KEEPDIM: Checks<KeepdimOptions> = { keepdim: checkBoolean };
export const VARIANCE: Checks<VarianceOptions> = { ...KEEPDIM, correction: checkNumber };
export const SORT: Checks<SortOptions> = { descending: checkBoolean };
export const TOPK: Checks<TopkOptions> = { largest: checkBoolean, sorted: checkBoolean };
const TO: Checks<ToOptions> = { dtype: checkDType, device: checkDevice };

/** Whether dimensions stay; default false. */
export function keepdimOf(options: KeepdimOptions | undefined): boolean {
  return options !== undefined && (readOptions(options, KEEPDIM).keepdim ?? false);
}

/** "float64", "cuda" or { dtype, device } */
export function readTarget(target: Device | DType | ToOptions): ToOptions {
  if (target === undefined) throw invalidArgument('target', 'a dtype, a device or { dtype, device }', target);
  if (typeof target === 'object') return readOptions(target, TO);
  if (isDType(target)) return { dtype: target };
  checkDevice('device', target);
  return { device: target };
}
