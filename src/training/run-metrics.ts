import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { readFileBytes } from '../files';
import type { EpochMetrics } from '../report/epoch-metrics';

/** Reads the completed epochs; an incomplete last line, for example after kill -9, is ignored. */
export function readMetrics(run: string): EpochMetrics[] {
  const path = join(run, 'metrics.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileBytes(path).toString().split('\n').filter(Boolean);
  return lines.flatMap((line, index) => {
    try {
      return [JSON.parse(line) as EpochMetrics];
    } catch (cause) {
      if (index === lines.length - 1) return [];
      throw new LibtorchGenerativeError('ERR_CHECKPOINT', `${path}:${index + 1} is corrupt: expected JSON`, { cause });
    }
  });
}
