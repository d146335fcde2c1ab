import { libc } from '../native/system';

/** The parts of a wheel's name that matter here. */
export interface WheelName {
  version: string;
  /** Such as "manylinux_2_28_x86_64"; a wheel may name several. */
  platforms: string[];
}

/**
 * `torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl`: project, version, Python, ABI, platforms.
 *
 * @see https://packaging.python.org/en/latest/specifications/binary-distribution-format/
 */
export function parseWheelName(name: string): WheelName | undefined {
  const parts = name.match(/^[^-]+-([^-]+)(?:-\d[^-]*)?-[^-]+-[^-]+-([^-]+)\.whl$/);
  return parts ? { version: parts[1]!, platforms: parts[2]!.split('.') } : undefined;
}

/** Whether a wheel's libraries run on this system. They are the same for every version of Python. */
export function isForThisSystem({ platforms }: WheelName): boolean {
  return platforms.some((platform) => platform === 'any' || isThisPlatform(platform));
}

const MACHINES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'x86_64', arm64: 'aarch64' };
/** The minor version of glibc that each legacy name stands for. */
const MANYLINUX: Record<string, number> = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };

function isThisPlatform(platform: string): boolean {
  if (process.platform === 'darwin') return platform.startsWith('macosx_') && platform.endsWith(`_${process.arch}`);
  const machine = MACHINES[process.arch];
  if (machine === undefined || !platform.endsWith(`_${machine}`)) return false;
  const tag = platform.slice(0, -machine.length - 1);
  if (tag === 'linux') return true;
  const needed = MANYLINUX[tag] ?? Number(tag.match(/^manylinux_2_(\d+)$/)?.[1]);
  const [, here] = libc().match(/^glibc 2\.(\d+)/) ?? [];
  return Number(here) >= needed;
}
