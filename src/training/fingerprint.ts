import { createHash } from 'node:crypto';
import { finish, finishBreathing, type Hasher, hashInPieces, PIECE_BYTES } from '../breathe';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** Returns a SHA-256 of tensors' dtypes, shapes and elements, without blocking the event loop. */
export async function fingerprint(tensors: readonly Tensor[]): Promise<string> {
  const hash = createHash('sha256');
  await finishBreathing(hashing(hash, tensors));
  return hash.digest('hex');
}

export function hashTensors(hash: Hasher, tensors: readonly Tensor[]): void {
  finish(hashing(hash, tensors));
}

function* hashing(hash: Hasher, tensors: readonly Tensor[]): Generator<void, void> {
  for (const tensor of tensors) {
    hash.update(`${tensor.dtype}(${tensor.shape})`);
    for (const bytes of bytesInPieces(tensor)) yield* hashInPieces(hash, bytes);
  }
}

/** Yields a tensor's elements some rows at a time, as copying all at once could block the event loop. */
function* bytesInPieces(tensor: Tensor): Generator<Uint8Array, void> {
  const [numRows = 0, ...shape] = tensor.shape;
  const rowSize = shape.reduce((product, size) => product * size, 1);
  const rowsAtOnce = Math.max(Math.floor(PIECE_BYTES / Float64Array.BYTES_PER_ELEMENT / Math.max(rowSize, 1)), 1);
  if (numRows <= rowsAtOnce) return yield bytesOf(tensor);
  for (let start = 0; start < numRows; start += rowsAtOnce) {
    yield scope(() => bytesOf(tensor.slice(0, start, Math.min(start + rowsAtOnce, numRows))));
  }
}

function bytesOf(tensor: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.toArray();
  return new Uint8Array(buffer, byteOffset, byteLength);
}
