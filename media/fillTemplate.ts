/** Puts `values` in the places `{0}`, `{1}`, … of a localised text. A place without a value stays as it is. */
export function fillTemplate(template: string, ...values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (place, index: string) => values[Number(index)] ?? place);
}
