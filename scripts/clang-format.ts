// Formats the C++ in place, or with --check lists the files that differ and fails.
import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(__dirname, '..');
const clangFormat = require.resolve('clang-format-node/build/cli.js');

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'binding', 'scripts'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.split('\n').filter((file) => /\.(cc|h)$/.test(file));
const check = process.argv.includes('--check');

const { status, stderr } = spawnSync(
  process.execPath,
  [clangFormat, ...(check ? ['--dry-run', '--Werror'] : ['-i']), ...files],
  { cwd: root, encoding: 'utf8' },
);
if (status !== 0) {
  const differing = new Set([...stderr.matchAll(/^(\S+?):\d+:\d+: error: /gm)].map(([, file]) => file));
  console.error(
    differing.size > 0
      ? [...differing, 'These files are not formatted; run: npm run format'].join('\n')
      : `clang-format failed:\n${stderr}`,
  );
  process.exitCode = 1;
}
