const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text that is HTML already; all other text is escaped by {@link html}. */
export class Html {
  constructor(readonly text: string) {}
}

export type HtmlPart = Html | string | number | undefined | HtmlPart[];

/** Template tag that escapes all parts that are not HTML themselves. */
export function html(strings: TemplateStringsArray, ...parts: HtmlPart[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(textOf)));
}

function textOf(part: HtmlPart): string {
  if (Array.isArray(part)) return part.map(textOf).join('');
  if (part instanceof Html) return part.text;
  return String(part ?? '').replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Returns JSON for a data block, escaped so that it cannot end the block. */
export function jsonForHtml(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
