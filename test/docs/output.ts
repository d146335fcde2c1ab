/** What a line prints. */
export interface Output {
  /** Counted from 1. */
  line: number;
  text: string;
}

/** The text without what a line's width decides: where Node breaks the lines of an array, for example. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
