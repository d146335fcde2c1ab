import { createHash, type Hash } from 'node:crypto';
import { finish, finishBreathing, hashInPieces } from '../breathe';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** A SHA-256 of tensors' types, shapes and elements: the same only for the same data. The event loop breathes meanwhile. */
export async function fingerprint(tensors: readonly Tensor[]): Promise<string> {
  const hash = createHash('sha256');
  await finishBreathing(hashing(hash, tensors));
  return hash.digest('hex');
}

export function hashTensors(hash: Hash, tensors: readonly Tensor[]): Hash {
  finish(hashing(hash, tensors));
  return hash;
}

function* hashing(hash: Hash, tensors: readonly Tensor[]): Generator<void, void> {
  for (const tensor of tensors) {
    const { buffer, byteOffset, byteLength } = scope(() => tensor.toArray());
    hash.update(`${tensor.dtype}(${tensor.shape})`);
    yield* hashInPieces(hash, new Uint8Array(buffer, byteOffset, byteLength));
  }
}
