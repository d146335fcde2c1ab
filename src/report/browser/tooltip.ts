/** Shows names and values next to the pointer, one per row, without missing values. */
export function showTooltip(
  _handler: unknown,
  event: MouseEvent,
  _item: unknown,
  values: Record<string, unknown> | null,
): void {
  document.getElementById('tooltip')?.remove();
  if (!values) return;
  const tooltip = document.createElement('table');
  tooltip.id = 'tooltip';
  for (const [name, value] of Object.entries(values)) {
    if (['', 'undefined', 'null', 'NaN'].includes(String(value))) continue;
    const row = tooltip.insertRow();
    row.insertCell().textContent = name;
    row.insertCell().textContent = String(value);
  }
  document.body.append(tooltip);
  const { width, height } = tooltip.getBoundingClientRect();
  const margin = 12;
  const isRoomRight = event.clientX + margin + width < document.documentElement.clientWidth;
  tooltip.style.left = `${Math.max(0, isRoomRight ? event.clientX + margin : event.clientX - margin - width)}px`;
  tooltip.style.top = `${Math.max(0, event.clientY - margin - height)}px`;
}
