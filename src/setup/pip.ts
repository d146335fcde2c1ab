import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LibtorchGenerativeError } from '../errors';

export interface PipRun {
  python: string;
  /** What comes after `pip install`. */
  args: string[];
  /** Where pip downloads to and unpacks: on the target's disk, since /tmp is often too small. */
  temporaryFolder: string;
  signal: AbortSignal;
  /** Gets pip's lines. Without it pip's own progress bar is shown on a terminal, and plain lines elsewhere, on stderr. */
  onProgress?: ((line: string) => void) | undefined;
}

/** Returns the Python on PATH that has pip, or undefined. */
export function findPip(): string | undefined {
  return ['python3', 'python'].find((python) => run(python, '-m', 'pip', '--version') !== undefined);
}

/** As {@link findPip}. @throws ERR_SETUP */
export function requirePip(): string {
  const python = findPip();
  if (python) return python;
  throw new LibtorchGenerativeError('ERR_SETUP', 'Expected Python with pip on PATH but found none');
}

/** Whether pip is configured with an index or a folder; many networks reach only a mirror. */
export function hasMirror(python: string): boolean {
  const settings = run(python, '-m', 'pip', 'config', 'list') ?? '';
  return /\.(index-url|extra-index-url|find-links|no-index)=/.test(settings);
}

function run(python: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(python, args, { env: process.env, encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/** By default, pip waits minutes for a host that does not answer. The user's settings take precedence. */
const PATIENCE = { PIP_RETRIES: '1', PIP_DEFAULT_TIMEOUT: '10' };

/** Runs `pip install`. @returns its stderr if it failed, else undefined */
export async function pipInstall({ python, args, temporaryFolder, signal, onProgress }: PipRun) {
  const onTerminal = onProgress === undefined && process.stderr.isTTY;
  const common = ['--only-binary', ':all:', '--no-compile', '--no-input', '--disable-pip-version-check'];
  const child = spawn(
    python,
    ['-m', 'pip', 'install', ...common, ...(onTerminal ? [] : ['--progress-bar', 'off']), ...args],
    {
      env: { ...PATIENCE, ...process.env, TMPDIR: temporaryFolder },
      stdio: ['ignore', onTerminal ? 2 : 'pipe', 'pipe'],
      signal,
    },
  );
  let failure = '';
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    failure += text;
  });
  const status = await new Promise((resolve, reject) => {
    child.on('close', resolve).on('error', reject);
    if (child.stdout) createInterface(child.stdout).on('line', tell);
    function tell(line: string) {
      try {
        (onProgress ?? console.error)(line);
      } catch (error) {
        child.kill();
        reject(error); // a listener's would end the process
      }
    }
  });
  return status === 0 ? undefined : failure || `pip ended with status ${status}`;
}

/** Returns the lines of pip's stderr that say what went wrong. */
export function pipReason(failure: string): string {
  const lines = failure.split('\n').filter((line) => line.trim());
  const connection = lines.findLast((line) => line.includes('after connection broken by'));
  const cause = connection?.match(/: (Failed to establish .*?|[^:]*timed out.*?)'\)/)?.[1] ?? connection;
  const rest = lines.filter((line) => !/^(WARNING|DEPRECATION|\[notice\])/.test(line)).slice(-6);
  return [...(cause ? [`The index could not be reached: ${cause}`] : []), ...rest]
    .map((line) => `  ${line.slice(0, 300)}`)
    .join('\n');
}
