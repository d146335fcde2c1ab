import { createHash, type Hash } from 'node:crypto';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** A SHA-256 of tensors' types, shapes and elements: the same only for the same data. */
export function fingerprint(tensors: readonly Tensor[]): string {
  return hashTensors(createHash('sha256'), tensors).digest('hex');
}

export function hashTensors(hash: Hash, tensors: readonly Tensor[]): Hash {
  scope(() => {
    for (const tensor of tensors) {
      const { buffer, byteOffset, byteLength } = tensor.toArray();
      hash.update(`${tensor.dtype}(${tensor.shape})`).update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  });
  return hash;
}
