import { oneOf } from '../check';
import { type Device, resolveDevice } from '../tensor/device';
import { readTarget, type ToOptions } from '../tensor/tensor-options';

const DTYPES = ['float32', 'float64', 'float16', 'bfloat16'] as const;

/** The dtypes that a module's parameters may have. */
export type FloatDType = (typeof DTYPES)[number];

/** Where to move a module, what to convert it to, or both; see {@link Module.to}. */
export type ModuleTarget = Device | FloatDType | ToOptions<FloatDType>;

/** @throws ERR_INVALID_ARGUMENT, or ERR_DEVICE for a device that is not there */
export function readModuleTarget(target: ModuleTarget): ToOptions {
  const { dtype, device } = readTarget(target);
  if (dtype !== undefined) oneOf(...DTYPES)('dtype', dtype);
  return { dtype, device: device === undefined ? undefined : resolveDevice(device) };
}
