// Puts the tables of a `--json` file into README.md beside this file: `npx tsx scripts/bench/results.ts FILE`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatReport, type Report } from './report';

const readme = join(__dirname, 'README.md');
const report = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Report;
const section = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/;
const text = readFileSync(readme, 'utf8');
writeFileSync(
  readme,
  text.replace(section, (_, start, end) => `${start}\n${formatReport(report)}\n\n${end}`),
);
