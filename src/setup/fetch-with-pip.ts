import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
import { type PipRun, pipInstall, pipReason } from './pip';
import { requirementsIn } from './requirement';
import { type Build, DEFAULT_INDEXES, isNvidia, type Unpacking } from './wheel-content';

/** Installs libtorch into a folder with pip. @returns what went wrong, or undefined */
export async function fetchWithPip(
  { version, cuda }: Build,
  { python, onProgress }: Pick<PipRun, 'python' | 'onProgress'>,
  { content, signal }: Unpacking,
): Promise<string | undefined> {
  const temporaryFolder = join(dirname(content), 'tmp');
  await mkdir(temporaryFolder);
  const install = (...args: string[]) =>
    pipInstall({ python, args: ['--target', content, ...args], temporaryFolder, signal, onProgress });
  // On Linux the plain version is the CUDA build.
  const isCpuBuild = !cuda && platform() === 'linux';
  const torch = ['--no-deps', `torch==${version}${isCpuBuild ? '+cpu' : ''}`];
  let failure = await install(...torch);
  if (isCpuBuild && failure && /No matching distribution|Could not find a version/.test(failure)) {
    failure = await install('--index-url', DEFAULT_INDEXES.cpu, ...torch);
  }
  const nvidia = !failure && cuda ? nvidiaRequirements(content) : [];
  const lastFailure = nvidia.length > 0 ? await install(...nvidia) : failure;
  if (lastFailure?.includes('No space left on device')) throw Object.assign(new Error(lastFailure), { code: 'ENOSPC' });
  return lastFailure && `pip:\n${pipReason(lastFailure)}`;
}

/** Returns the packages with NVIDIA's libraries that torch's metadata requires. */
function nvidiaRequirements(content: string): string[] {
  const info = readdirSync(content).find((name) => /^torch-.*\.dist-info$/.test(name))!;
  const metadata = readFileSync(join(content, info, 'METADATA'), 'utf8');
  return requirementsIn(metadata)
    .filter(isNvidia)
    .map(({ text }) => text);
}
