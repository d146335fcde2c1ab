import { oneOf, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { type Device, resolveDevice } from '../tensor/device';

const DTYPES = ['float32', 'float64', 'float16', 'bfloat16'] as const;

const WHOLE_DTYPES = ['int64', 'int32', 'uint8', 'bool'];

/** The dtypes that a module's parameters may have. */
export type FloatDType = (typeof DTYPES)[number];

/** Where to move a module, what to convert it to, or both; see {@link Module.to}. */
export type ModuleTarget = Device | FloatDType | { device?: Device | undefined; dtype?: FloatDType | undefined };

/** @throws ERR_INVALID_ARGUMENT, or ERR_DEVICE for a device that is not there */
export function readTarget(target: ModuleTarget): { device?: string | undefined; dtype?: FloatDType | undefined } {
  if (DTYPES.includes(target as FloatDType)) return { dtype: target as FloatDType };
  if (WHOLE_DTYPES.includes(target as string)) oneOf(...DTYPES)('target', target);
  if (typeof target === 'string') return { device: resolveDevice(target) };
  if (target === undefined) throw invalidArgument('target', 'a device, a dtype or an object', target);
  const { device, dtype } = readOptions(target, { device: checkDevice, dtype: oneOf(...DTYPES) }, 'target');
  return { device: device === undefined ? undefined : resolveDevice(device), dtype };
}

function checkDevice(name: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidArgument(name, 'the name of a device', value);
}
