import { oneOf } from '../check';
import { type Device, resolveDevice } from '../tensor/device';
import { readTarget, type ToOptions } from '../tensor/tensor-options';

const DTYPES = ['float32', 'float64', 'float16', 'bfloat16'] as const;

/** The dtypes that a module's parameters may have. */
export type FloatDType = (typeof DTYPES)[number];

/** The device to move a module to, the dtype to convert it to, or both; see {@link Module.to}. */
export type ModuleTarget = Device | FloatDType | ToOptions<FloatDType>;

/** Reads and checks a target. @throws ERR_INVALID_ARGUMENT, or ERR_DEVICE if the device is not available */
export function readModuleTarget(target: ModuleTarget): ToOptions {
  const { dtype, device } = readTarget(target);
  if (dtype !== undefined) oneOf(...DTYPES)('dtype', dtype);
  return { dtype, device: device === undefined ? undefined : resolveDevice(device) };
}
