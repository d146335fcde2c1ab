/** Returns an evenly spaced part of a list, beginning with its first element: all of it if it is not longer than `most`. */
export function evenly<T>(list: readonly T[], most: number): T[] {
  const stride = Math.max(Math.ceil(list.length / most), 1);
  return list.filter((_, index) => index % stride === 0);
}
