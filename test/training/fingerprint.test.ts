import { createHash } from 'node:crypto';
import { arange, tensor } from '../../src/tensor/creation';
import { memory } from '../../src/tensor/scope';
import { fingerprint } from '../../src/training/fingerprint';

test.each([
  ['many rows', [300_000, 5]],
  ['long rows', [2, 1_000_000]],
  ['few elements', [3]],
])('%s have the SHA-256 of their type, shape and elements, whatever the pieces', async (_, shape) => {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
  const data = tensor(values, { shape });
  const before = memory().tensors;
  const expected = createHash('sha256').update(`float32(${shape})`).update(new Uint8Array(values.buffer)).digest('hex');
  expect(await fingerprint([data])).toBe(expected);
  expect(memory().tensors).toBe(before);
});

test('a scalar and nothing have one too', async () => {
  const bytes = new Uint8Array(Float32Array.of(0.5).buffer);
  expect(await fingerprint([tensor(0.5)])).toBe(createHash('sha256').update('float32()').update(bytes).digest('hex'));
  expect(await fingerprint([])).toBe(createHash('sha256').digest('hex'));
  expect(await fingerprint([arange(0, 3)])).not.toBe(await fingerprint([arange(1, 4)]));
});
