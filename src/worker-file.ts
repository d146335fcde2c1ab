import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from './errors';

/**
 * Returns the compiled file of a worker thread, in `src/worker`: Node can't start a thread from TypeScript.
 *
 * @throws ERR_FILE if it has not been built
 */
export function workerFile(name: string): string {
  const isSource = __filename.endsWith('.ts');
  const file = join(__dirname, ...(isSource ? ['..', 'lib'] : []), 'worker', `${name}.js`);
  if (existsSync(file)) return file;
  throw new LibtorchGenerativeError('ERR_FILE', `Cannot find ${file}: a bundle must leave libtorch-generative outside`);
}
