import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor, zeros } from '../../../src/tensor/creation';
import { readSafetensors, writeSafetensors } from '../../../src/tensor/safetensors';
import { scope } from '../../../src/tensor/scope';
import { orRefused, type Target } from '../target';

/** Safetensors files. What is read is written and read again. */
export const safetensors: Target = {
  name: 'safetensors',
  words: [
    'F64',
    'I64',
    'F32',
    'F16',
    'BF16',
    'U8',
    'BOOL',
    'dtype',
    'shape',
    'data_offsets',
    '__metadata__',
    '__proto__',
    '9007199254740991',
  ],
  prepare(folder) {
    const path = join(folder, 'seed.safetensors');
    const written = (...args: [Parameters<typeof writeSafetensors>[1], Record<string, string>?]) => {
      writeSafetensors(path, args[0], args[1] && { metadata: args[1] });
      return readFileSync(path);
    };
    return scope(() => [
      written({ x: tensor([1, 2, 3]) }),
      written({ a: tensor([[1, 2]], { dtype: 'int64' }), b: tensor([1, 0], { dtype: 'bool' }), c: zeros([0, 3]) }),
      written({ half: tensor([0.5], { dtype: 'float16' }), scalar: tensor(7) }, { format: 'pt' }),
    ]);
  },
  read(folder, input) {
    const path = join(folder, 'input.safetensors');
    writeFileSync(path, input);
    return scope(() => {
      const content = orRefused(() => readSafetensors(path));
      if (!content) return false;
      const { tensors, metadata } = content;
      writeSafetensors(path, tensors, { metadata });
      const again = readSafetensors(path);
      const shapes = (file: typeof content) => JSON.stringify(Object.values(file.tensors).map(({ shape }) => shape));
      if (shapes(again) !== shapes(content)) throw new Error('What was written is not what is read');
      return true;
    });
  },
};
