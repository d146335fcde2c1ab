/** Prints a warning to stderr. */
export function warn(message: string): void {
  console.error(`warning: ${message}`);
}
