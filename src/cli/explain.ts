import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { oneOf } from '../check';
import { packageFile } from '../version';

/** `explain ERR_SETUP`: prints the section of the troubleshooting guide about an error. */
export function addExplainCommand(program: Command): void {
  const sections = () => sectionsOf(readFileSync(packageFile('docs', 'troubleshooting.md'), 'utf8'));
  program
    .command('explain')
    .description('explain an error code and list what helps')
    .argument('[code]', 'such as ERR_SETUP (default: list all codes)')
    .action((code?: string) => {
      const all = sections();
      const wanted = code?.toUpperCase();
      if (wanted !== undefined) oneOf(...all.keys())('code', wanted);
      process.stdout.write(wanted === undefined ? summaryOf(all) : `${all.get(wanted)}\n`);
    });
}

/** Returns the sections of the guide by error code. */
function sectionsOf(guide: string): Map<string, string> {
  const text = guide.replace(/\[([^\]]+)\]\(([\w-]+\.md)[^)]*\)/g, '$1 (docs/$2)'); // a terminal has no links
  const [, ...sections] = text.split(/^## /m);
  return new Map(sections.map((section) => [section.split('\n', 1)[0]!, section.trim()]));
}

/** Returns the first sentence of each section. */
function summaryOf(sections: Map<string, string>): string {
  const width = Math.max(...[...sections.keys()].map(({ length }) => length));
  const rows = [...sections].map(([code, section]) => {
    const [, text = ''] = section.split('\n\n');
    return `${code.padEnd(width)}  ${text.replaceAll('\n', ' ').split(/(?<=\.) /)[0]}\n`;
  });
  return rows.join('');
}
