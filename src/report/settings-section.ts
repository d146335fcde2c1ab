import { count, short } from './format';
import { type Html, html } from './html';
import type { RunReport } from './run-report';

export function settingsSection({ settings, changes = [], environment }: RunReport): Html {
  return html`<section>
<h2>Settings and versions</h2>
<div class="grid loose">
<div class="card">${table('Settings', settings)}${changes.length > 0 ? table('Changed when resumed', inWords(changes)) : undefined}</div>
<div class="card">${table('Versions and device', environment)}</div>
</div>
</section>
`;
}

function table(title: string, values: Record<string, unknown>): Html {
  return html`<h3>${title}</h3>
<table class="settings"><tbody>
${flatten(values).map(([name, value]) => html`<tr><th scope="row"><code>${name}</code></th><td>${value}</td></tr>\n`)}</tbody></table>
`;
}

/** "lr from epoch 5": "0.001 → 0.0005" */
function inWords(changes: NonNullable<RunReport['changes']>): Record<string, string> {
  const rows = changes.map(({ epoch, name, from, to }) => [
    `${name} from epoch ${epoch}`,
    `${from ?? 'none'} → ${to ?? 'none'}`,
  ]);
  return Object.fromEntries(rows);
}

/** Turns `{ scaler: { mean: 1 } }` into `scaler.mean` and `1`. */
function flatten(values: object, prefix = ''): [name: string, value: string][] {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return known.flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'object' && value && !Array.isArray(value)) return flatten(value, `${prefix}${name}.`);
    return [[prefix + name, Array.isArray(value) ? listed(value) : String(value ?? 'none')]];
  });
}

/** Such as classes. */
const MOST_LISTED = 50;

function listed(values: unknown[]): string {
  if (values.length === 0) return 'none';
  // Such as the scaling of each series; there may be thousands of them.
  if (values.some((value) => typeof value === 'object'))
    return `${count(values.length, 'entry', 'entries')}, see config.json`;
  if (values.length > MOST_LISTED) return `${count(values.length, 'name', 'names')}, see config.json`;
  return values.map((value) => (typeof value === 'number' ? short(value) : value)).join(', ');
}
