/** A value shown at the pointer. */
export interface PointerField {
  field: string;
  type: 'quantitative' | 'nominal';
  title: string;
  format?: string;
}

/**
 * Returns a layer with a rule at the `x` nearest to the pointer and a tooltip of the values there.
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
