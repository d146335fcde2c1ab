/** A value that is shown at the pointer. */
export interface PointerField {
  field: string;
  type: 'quantitative' | 'nominal';
  title: string;
  format?: string;
}

/**
 * A layer with a rule at the place of `x` that is nearest to the pointer, and the values there.
 *
 * @see https://vega.github.io/vega-lite/examples/interactive_multi_line_pivot_tooltip.html
 */
export function pointerRule(tooltip: PointerField[]) {
  const select = { type: 'point' as const, fields: ['x'], nearest: true, on: 'pointerover', clear: 'pointerout' };
  return {
    params: [{ name: 'pointer', select }],
    mark: { type: 'rule' as const, strokeWidth: 1, aria: false },
    encoding: {
      opacity: { condition: { param: 'pointer', empty: false, value: 0.6 }, value: 0 },
      tooltip,
    },
  };
}
